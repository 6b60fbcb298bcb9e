"""The shrimp domain's lists as values, without a database."""

import json
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

from conversations.catalogue import Catalogue
from trainingsite import samples

FOLDER = samples.FOLDER / "camaron"


def rows():
    lines = (FOLDER / "catalogue.jsonl").read_text("utf-8").splitlines()
    for row in (json.loads(line, parse_float=Decimal) for line in lines):
        yield row | {"product": row["product"] or "", "unit": row["unit"] or ""}


def texts():
    return json.loads((FOLDER / "domain.json").read_text("utf-8"))


@cache
def shrimp():
    return Catalogue.read([SimpleNamespace(**row) for row in rows()], texts())
