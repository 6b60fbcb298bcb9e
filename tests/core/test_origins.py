"""Origins as people write them."""

import doctest

import pytest

from core import origins


def test_examples_of_the_docstrings_hold():
    assert doctest.testmod(origins).failed == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "https://",
        "https://.",
        "https://x y",
        "https://x'",
        "ftp://x.example",
        None,
        "null",
    ],
)
def test_what_no_header_may_name(text):
    assert not origins.is_origin(text)
