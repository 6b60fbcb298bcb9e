import pytest

from modelserver.lora_options import InvalidOption, LoraOptions, lora_options, step_limit


def test_without_metadata_every_linear_layer_gets_rank_16():
    assert lora_options(None) == LoraOptions(16, 32, 0.0, "all-linear")


def test_alpha_follows_the_rank_unless_it_is_said():
    assert lora_options({"lora_rank": "8"}).alpha == 16
    assert lora_options({"lora_rank": "8", "lora_alpha": "8"}).alpha == 8


def test_targets_are_every_linear_layer_or_those_that_are_named():
    assert lora_options({}).target_modules == "all-linear"
    wanted = lora_options({"lora_targets": "q_proj, v_proj", "lora_dropout": "0.05"})
    assert (wanted.target_modules, wanted.dropout) == (["q_proj", "v_proj"], 0.05)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("lora_rank", "257"),
        ("lora_rank", "-1"),
        ("lora_alpha", "0"),
        ("lora_dropout", "0.6"),
        ("lora_dropout", "nan"),
        ("lora_targets", "q_proj,"),
        ("lora_targets", ""),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(key, text):
    with pytest.raises(InvalidOption, match=rf"metadata\.{key} must be"):
        lora_options({key: text})


def test_steps_are_limited_where_somebody_says_so():
    assert step_limit({"max_steps": "7"}) == 7
    assert step_limit({"run_key": "x"}) is None
