"""What providers say, in Spanish."""

import re
from pathlib import Path

import pytest

from finetune.admin.wording import STATUSES, event_said, status_said


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Created fine-tuning job: ftjob-1", "Entrenamiento creado: ftjob-1"),
        ("Validating training file: file-1", "Revisando el archivo de entrenamiento: file-1"),
        ("The job has successfully completed", "El entrenamiento terminó bien"),
        ("New fine-tuned model created: ft:a:b", "Modelo nuevo: ft:a:b"),
        ("New fine-tuned model created", "Modelo nuevo"),
        ("Fine-tuning job cancelled", "Entrenamiento cancelado"),
        (
            "Training shortened from 90 to 70 steps, the limit of a machine without a GPU",
            "Entrenamiento acortado de 90 a 70 pasos, el límite de una máquina sin tarjeta gráfica",
        ),
        (
            "Training on the CPU: torch was built without CUDA",
            "Se entrena en el procesador: no hay tarjeta gráfica que sirva",
        ),
        ("Training on NVIDIA H100", "Se entrena en: NVIDIA H100"),
        ("Training paused at step 7", "En pausa en el paso 7"),
        (
            "2 training example(s) left out: longer than 512 tokens",
            "2 ejemplos de entrenamiento quedan fuera: tienen más de 512 tokens",
        ),
    ],
)
def test_usual_messages_are_translated(message, says):
    assert event_said(message, {}) == says


def test_wording_nobody_knows_is_left_to_the_page():
    assert event_said("Something new happened", {}) is None


def test_figures_are_said_from_their_data():
    data = {"step": 48, "total_steps": 70, "train_loss": 1.23458, "valid_loss": 2.5}

    assert event_said("Step 48/70: …", data) == (
        "Paso 48 de 70: pérdida de entrenamiento 1,2346, pérdida de validación 2,5000"
    )


def test_every_plain_message_of_our_own_server_is_known():
    source = "".join(it.read_text() for it in Path("modelserver").glob("*.py"))
    plain = re.findall(r'(?:add_event|jobs\.pause)\(\s*[\w.]+,\s*"([^"{]+)"', source)

    assert len(plain) > 3
    assert [it for it in plain if event_said(it, {}) is None] == []


def test_status_words_are_translated_and_unknown_ones_kept():
    assert status_said("running") == "entrenando"
    assert status_said("warming_up") == "warming_up"
    assert STATUSES["cancelled"] == "cancelado"
