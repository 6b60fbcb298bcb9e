import json

import pytest

from modelserver.hf_tokenizer import Kind, UnsupportedTokenizer, read, splitter

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False}
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split_by(pattern):
    parts = [{"type": "Split", "pattern": {"Regex": pattern}}, BYTE_LEVEL]
    return {"type": "Sequence", "pretokenizers": parts}


def tokenizer(folder, *, settings=None, **changes):
    data = {
        "model": {
            "type": "BPE",
            "vocab": {"a": 1, "b": 2, "ab": 3},
            "merges": [["a", "b"]],
        },
        "pre_tokenizer": BYTE_LEVEL,
        "decoder": {"type": "ByteLevel"},
        "added_tokens": [
            {"id": 0, "content": "<s>", "special": True},
            {"id": 5, "content": "<tool>", "special": False},
        ],
        "post_processor": None,
    } | changes
    (folder / "tokenizer.json").write_text(json.dumps(data))
    told = {"bos_token": "<s>", "eos_token": {"content": "b"}} | (settings or {})
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (BYTE_LEVEL, "gpt-2"),
        (split_by(LLAMA_3), "llama-bpe"),
        (split_by(LLAMA_3.replace("{1,3}", "")), "qwen2"),
        (
            {
                "type": "Sequence",
                "pretokenizers": [{"type": "Digits", "individual_digits": True}, BYTE_LEVEL],
            },
            "smollm",
        ),
    ],
)
def test_the_rule_that_splits_a_text_is_known_by_its_form(rule, name):
    assert splitter(rule) == name


@pytest.mark.parametrize("rule", [None, {"type": "Whitespace"}, split_by(r"\w+")])
def test_an_unknown_rule_is_refused(rule):
    with pytest.raises(UnsupportedTokenizer, match="splits texts"):
        splitter(rule)


def test_every_place_of_the_vocabulary_has_a_token_and_a_kind(tmp_path):
    found = read(tokenizer(tmp_path), size=7)
    assert found.tokens == ["<s>", "a", "b", "ab", "[PAD4]", "<tool>", "[PAD6]"]
    assert found.kinds == [
        Kind.CONTROL,
        *[Kind.NORMAL] * 3,
        Kind.UNUSED,
        Kind.USER_DEFINED,
        Kind.UNUSED,
    ]
    assert (found.merges, found.bos, found.eos, found.pad) == (["a b"], 0, 2, None)


def test_a_text_begins_with_the_token_that_the_file_puts_there(tmp_path):
    assert not read(tokenizer(tmp_path), size=6).adds_bos
    put = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {}]}
    assert read(tokenizer(tmp_path, post_processor=put), size=6).adds_bos
    several = {"type": "Sequence", "processors": [{"type": "ByteLevel"}, put]}
    assert read(tokenizer(tmp_path, post_processor=several), size=6).adds_bos


def test_the_chat_template_is_that_of_its_own_file_or_of_the_settings(tmp_path):
    folder = tokenizer(tmp_path, settings={"chat_template": "one"})
    assert read(folder, size=6).chat_template == "one"
    (folder / "chat_template.jinja").write_text("two")
    assert read(folder, size=6).chat_template == "two"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"type": "Unigram", "vocab": [["a", 0.0]]}}, "no byte-level BPE"),
        ({"decoder": {"type": "Sequence", "decoders": []}}, "no byte-level BPE"),
    ],
)
def test_another_kind_of_tokenizer_is_refused(tmp_path, changes, words):
    with pytest.raises(UnsupportedTokenizer, match=words):
        read(tokenizer(tmp_path, **changes), size=6)


def test_what_does_not_fit_the_model_or_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnsupportedTokenizer, match="more tokens"):
        read(tokenizer(tmp_path), size=5)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(UnsupportedTokenizer, match=r"tokenizer\.json"):
        read(tmp_path, size=6)
