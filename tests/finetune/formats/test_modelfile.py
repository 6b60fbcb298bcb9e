"""Modelfiles, read back by the rules of Ollama's own reader."""

import pytest

from finetune.formats.modelfile import Recipe, quoted, read, trained, untrained

SALE = {"temperature": 0.7, "top_p": 0.9, "top_k": 40}
HOSTILE = [
    '"""\nFROM otro',
    'cita: """"',
    '""""""""',
    '"',
    '""',
    'acaba en """',
    "una\n\nFROM otro\nSYSTEM otro\r\nADAPTER otro",
    '"\n"\n"',
    "{{ .System }} <|im_end|>",
    "# nota",
]


def commands(text):
    """(command, value) of a Modelfile: a value goes on until its quotes close at a line's end."""
    found, open_value = [], None
    for line in text.splitlines(keepends=True):
        if open_value is None:
            name, _, open_value = line.partition(" ")
            if name == "MESSAGE":
                role, _, open_value = open_value.partition(" ")
                name = f"MESSAGE {role}"
        else:
            open_value += line
        value = open_value.strip()
        if not value.startswith('"""'):
            found.append((name, value))
            open_value = None
        elif len(value) >= 6 and value.endswith('"""'):
            found.append((name, value[3:-3]))
            open_value = None
    assert open_value is None
    return found


def test_without_training_it_is_a_stock_model_with_instructions_and_examples():
    text = untrained(system="Vendes.", examples=[("¿Hay?", "Sí.")], parameters=SALE)
    assert commands(text) == [
        ("FROM", "llama3.1:8b"),
        ("PARAMETER", "temperature 0.7"),
        ("PARAMETER", "top_p 0.9"),
        ("PARAMETER", "top_k 40"),
        ("SYSTEM", "Vendes."),
        ("MESSAGE user", "¿Hay?"),
        ("MESSAGE assistant", "Sí."),
    ]


def test_a_trained_model_is_asked_the_way_it_was_trained():
    text = trained(
        "m.gguf", template="{{ .Prompt }}", stop=["<|im_end|>"], system="Sé breve.", parameters={}
    )
    assert commands(text) == [
        ("FROM", "./m.gguf"),
        ("TEMPLATE", "{{ .Prompt }}"),
        ("PARAMETER", 'stop """<|im_end|>"""'),
        ("SYSTEM", "Sé breve."),
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_ends_before_its_end(hostile):
    text = untrained(system=hostile, examples=[(hostile, hostile)], parameters=SALE)
    named = [name for name, _ in commands(text)]
    assert named == ["FROM", *["PARAMETER"] * 3, "SYSTEM", "MESSAGE user", "MESSAGE assistant"]


def test_a_text_without_triple_quotes_is_kept_word_for_word():
    assert quoted('dice "sí"\ny ""') == '"""dice "sí"\ny """""'


@pytest.mark.parametrize("base", ["", "llama3\nSYSTEM x", "a b", '"""'])
def test_a_base_that_is_no_name_is_refused(base):
    with pytest.raises(ValueError, match="name"):
        untrained(system="s", examples=[], parameters={}, base=base)


def test_a_parameter_that_is_none_is_refused():
    with pytest.raises(ValueError, match="parameter"):
        untrained(system="s", examples=[], parameters={"x\nFROM": 1})


def test_a_template_that_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match="template"):
        trained("m.gguf", template='"""', stop=[], system="s", parameters={})


@pytest.mark.parametrize("system", [it for it in HOSTILE if '"""' not in it])
def test_what_was_written_is_read_again(system):
    template = "{{ .System }}\n{{ .Prompt }}"
    text = trained(
        "m.gguf",
        template=template,
        stop=["<|im_end|>", "</s>"],
        system=system,
        parameters={"num_ctx": 2048, "temperature": 0.2},
    )
    stops = ["<|im_end|>", "</s>"]
    assert read(text) == Recipe(
        template, system, {"num_ctx": 2048, "temperature": 0.2, "stop": stops}
    )


def test_a_modelfile_that_says_nothing_but_its_file_has_an_empty_recipe():
    assert read("FROM ./merged.gguf\n") == Recipe()
