"""Settings of other trainers: readable by their own readers, and true to the files beside them."""

import json

import pytest
import yaml

from finetune.formats import LINES, file_name
from finetune.formats.trainers import SETTINGS, Training

BASE = "empresa/modelo: 'raro' #1"


@pytest.fixture(params=[True, False])
def written(request):
    training = Training("tienda_v3", BASE, has_valid=request.param)
    return {name: write(training) for name, write in SETTINGS.items()}


def test_llama_factory_names_data_that_its_list_has(written):
    listed = json.loads(written["dataset_info.json"])
    settings = yaml.safe_load(written["llamafactory.yaml"])
    assert settings["model_name_or_path"] == BASE
    assert settings["dataset"] in listed
    assert settings.get("eval_dataset", settings["dataset"]) in listed
    assert {it["file_name"] for it in listed.values()} <= {
        file_name(form, part) for form in LINES for part in ("train", "valid")
    }


@pytest.mark.parametrize(("form", "listed"), [("sharegpt", "sharegpt"), ("alpaca", "alpaca")])
def test_every_column_that_is_listed_is_in_the_lines(written, form, listed):
    columns = json.loads(written["dataset_info.json"])[f"tienda_v3_train_{listed}"]["columns"]
    assert set(columns.values()) == json.loads(LINES[form]("s")("q", "a", "")).keys()


def test_axolotl_reads_the_chat_lines(written):
    settings = yaml.safe_load(written["axolotl.yaml"])
    assert settings["base_model"] == BASE
    assert settings["datasets"] == [
        {
            "path": "train.chat.jsonl",
            "ds_type": "json",
            "type": "chat_template",
            "field_messages": "messages",
        }
    ]


def test_unsloths_script_is_python_and_reads_its_settings(written):
    compile(written["train_unsloth.py"], "train_unsloth.py", "exec")
    assert json.loads(written["unsloth.json"])["base_model"] == BASE
