"""Why a file cannot be read, as one word; who tells people finds the sentence for it."""

from enum import StrEnum


class Fault(StrEnum):
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    FORBIDDEN_XML = "forbidden_xml"
    INFLATED = "inflated"
    PAGES = "pages"
    PARAGRAPHS = "paragraphs"
    CELLS = "cells"
    CHARACTERS = "characters"
    NO_TEXT = "no_text"
    TIME = "time"
    MEMORY = "memory"


class Unreadable(Exception):
    """The text of a file could not be had."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault
