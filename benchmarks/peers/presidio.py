"""Presidio with its own pattern rules for Spanish and no language model (``.venv-bench``).

The figures of its name recogniser are left out on purpose: it needs a spaCy model, whose download
is larger than all the rest together, and is several times slower.
"""

import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine


class BlankSpanish(SpacyNlpEngine):
    """The tokeniser of Spanish, without a trained pipeline."""

    def __init__(self) -> None:
        super().__init__(ner_model_configuration=NerModelConfiguration(labels_to_ignore=[]))
        self.nlp = {"es": spacy.blank("es")}


def main() -> None:
    """Answer requests ``{"texts": [...], "do": "mask" | "find"}`` until standard input ends."""
    logging.disable(logging.WARNING)
    registry = RecognizerRegistry(supported_languages=["es"])
    registry.load_predefined_recognizers(languages=["es"])
    analyzer = AnalyzerEngine(
        registry=registry, nlp_engine=BlankSpanish(), supported_languages=["es"]
    )
    anonymizer = AnonymizerEngine()
    for line in sys.stdin:
        request = json.loads(line)
        started = time.process_time()
        found = list(find(analyzer, request["texts"]))
        if request["do"] == "mask":
            for text, results in found:
                anonymizer.anonymize(text, results)
            answer: Any = {"seconds": time.process_time() - started}
        else:
            answer = [[(it.start, it.end) for it in results] for _, results in found]
        print(json.dumps(answer), flush=True)


def find(
    analyzer: AnalyzerEngine, texts: list[str]
) -> Iterator[tuple[str, list[RecognizerResult]]]:
    """Each text with what was recognised in it."""
    for text in texts:
        yield text, analyzer.analyze(text, language="es")


if __name__ == "__main__":
    main()
