"""Finds messages said before as curation does: from rows as capture stores them, or from texts."""

from collections.abc import Iterable

import django

django.setup()

from benchmarks.peers.near_duplicates import Way, answer  # noqa: E402
from conversations.fingerprints import bands  # noqa: E402
from finetune.curation.duplicates import Clusters  # noqa: E402


def stored(texts: list[str]) -> list[tuple[str, list[int]]]:
    """Rows with their bands, as they lie in the database."""
    return [(text, bands(text)) for text in texts]


def search(rows: Iterable[tuple[str, list[int]]], threshold: float) -> list[bool]:
    clusters, removed = Clusters(threshold), []
    for number, (text, its) in enumerate(rows):
        removed.append(clusters.of(text, its) is not None)
        if not removed[-1]:
            clusters.add(number, text, its)
    return removed


def search_texts(texts: list[str], threshold: float) -> list[bool]:
    return search(((text, bands(text)) for text in texts), threshold)


if __name__ == "__main__":
    answer({"rows": Way(stored, search), "texts": Way(list, search_texts)})
