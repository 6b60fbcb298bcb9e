"""A proforma in a dialogue: ask for what is missing, take corrections, price, quote, number."""

from rag.proforma.talk import Said, reply

__all__ = ["Said", "reply"]
