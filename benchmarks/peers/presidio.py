"""Presidio with its own recognisers for Spanish (``.venv-bench``).

``PHONE_REGIONS`` are the countries whose telephones it looks for, by default all that the product
looks for. ``NER=es_core_news_sm`` adds its recogniser of names, with the language model of that
name; without it, it only has the tokeniser of Spanish.
"""

import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, SpacyRecognizer
from presidio_anonymizer import AnonymizerEngine

COUNTRIES = "EC CO PE MX AR CL VE BO PY UY PA CR NI HN SV GT DO CU PR ES"
REGIONS = os.environ.get("PHONE_REGIONS", COUNTRIES).split()
MODEL = os.environ.get("NER", "")
PEOPLE_AND_PLACES = {"PER": "PERSON", "LOC": "LOCATION"}


class Spanish(SpacyNlpEngine):
    """The language model, or no more than the tokeniser."""

    def __init__(self) -> None:
        known = NerModelConfiguration(
            labels_to_ignore=["ORG", "MISC"], model_to_presidio_entity_mapping=PEOPLE_AND_PLACES
        )
        super().__init__(ner_model_configuration=known)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the model's release is older than spaCy's
            self.nlp = {"es": spacy.load(MODEL) if MODEL else spacy.blank("es")}


def main() -> None:
    """Answer requests ``{"texts": [...], "do": "mask" | "find"}`` until standard input ends."""
    logging.disable(logging.WARNING)
    analyzer = AnalyzerEngine(
        registry=recognisers(), nlp_engine=Spanish(), supported_languages=["es"]
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


def recognisers() -> RecognizerRegistry:
    """Those that Presidio has for Spanish, with the telephones of ``REGIONS``."""
    registry = RecognizerRegistry(supported_languages=["es"])
    registry.load_predefined_recognizers(languages=["es"])
    registry.remove_recognizer("PhoneRecognizer")
    registry.add_recognizer(PhoneRecognizer(supported_language="es", supported_regions=REGIONS))
    registry.remove_recognizer("SpacyRecognizer")
    if MODEL:
        people = SpacyRecognizer(supported_language="es", supported_entities=["PERSON"])
        registry.add_recognizer(people)
    return registry


def find(
    analyzer: AnalyzerEngine, texts: list[str]
) -> Iterator[tuple[str, list[RecognizerResult]]]:
    """Each text with what was recognised in it."""
    for text in texts:
        yield text, analyzer.analyze(text, language="es")


if __name__ == "__main__":
    main()
