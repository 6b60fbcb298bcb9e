import pytest

from core.sealing import Unreadable, seal, unseal

SAID = {"name": "Ana Vélez", "lines": [1, 2.5, None]}


def test_what_was_sealed_is_read_again_and_shows_nothing():
    sealed = seal(SAID)

    assert unseal(sealed) == SAID
    assert "Ana" not in sealed
    assert seal(SAID) != sealed


@pytest.mark.parametrize("text", ["", "gAAAA", "Ana Vélez", seal.__name__ * 20])
def test_no_seal_is_unreadable(text):
    with pytest.raises(Unreadable):
        unseal(text)


def test_another_key_opens_nothing(settings):
    sealed = seal(SAID)
    settings.SEALING_KEY = "z" * 50
    with pytest.raises(Unreadable):
        unseal(sealed)


def test_what_was_sealed_with_a_secret_opens_for_who_knows_it():
    sealed = seal(SAID, secret="k1")
    assert unseal(sealed, secret="k1") == SAID
    for other in ("", "k2"):
        with pytest.raises(Unreadable):
            unseal(sealed, secret=other)
