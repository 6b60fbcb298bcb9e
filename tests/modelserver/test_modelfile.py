import pytest

from modelserver.modelfile import modelfile


def chatml(messages, *, default=""):
    said = [f"<|im_start|>{it['role']}\n{it['content']}<|im_end|>\n" for it in messages]
    return "".join([default, *said, "<|im_start|>assistant\n"])


def llama3(messages):
    said = [
        f"<|start_header_id|>{it['role']}<|end_header_id|>\n\n{it['content']}<|eot_id|>"
        for it in messages
    ]
    return "".join([*said, "<|start_header_id|>assistant<|end_header_id|>\n\n"])


def text(render, *, system=None):
    return modelfile("m.gguf", render=render, context=512, system=system)


def test_chatml_is_written_as_ollama_wants_it():
    assert text(chatml, system="Eres amable.") == (
        "FROM ./m.gguf\n"
        'TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}\n'
        "{{ .Content }}<|im_end|>\n"
        "{{ end }}<|im_start|>assistant\n"
        '"""\n'
        'PARAMETER stop "<|im_end|>"\n'
        "PARAMETER num_ctx 512\n"
        "PARAMETER temperature 0.2\n"
        'SYSTEM """Eres amable."""\n'
    )


def test_llama_3_is_known_by_its_own_marks():
    found = text(llama3)
    assert 'PARAMETER stop "<|eot_id|>"' in found
    assert "{{ .Content }}<|eot_id|>{{ end }}<|start_header_id|>assistant" in found


def test_a_system_text_that_the_template_adds_by_itself_is_said():
    def with_default(messages):
        return chatml(messages, default="<|im_start|>system\nYou are new.<|im_end|>\n")

    assert 'SYSTEM """You are new."""' in text(with_default)
    assert "You are new" not in text(with_default, system="Eres amable.")


def test_a_system_text_cannot_end_its_own_quotes():
    assert text(chatml, system='a"""\nFROM other').count('"""') == 4


def test_without_any_system_text_none_is_written():
    assert "SYSTEM" not in text(chatml)


@pytest.mark.parametrize(
    "render",
    [
        lambda messages: None,
        lambda messages: "[INST] ¿? [/INST]",
        lambda messages: chatml(messages, default="<s>"),
    ],
)
def test_an_unknown_template_is_left_to_the_file(render):
    found = text(render)
    assert "TEMPLATE" not in found
    assert "PARAMETER num_ctx 512" in found
