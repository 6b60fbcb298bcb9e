"""The shrimp domain's lists as values, without a database."""

import json
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

from conversations.catalogue import Catalogue
from trainingsite import samples


def a_number(given):
    return None if given is None else Decimal(str(given))


@cache
def shrimp():
    folder = samples.FOLDER / "camaron"
    lines = (folder / "catalogue.jsonl").read_text("utf-8").splitlines()
    rows = [
        SimpleNamespace(
            kind=it["kind"],
            code=it["code"],
            name=it["name"],
            aliases=it["aliases"],
            product=it["product"] or "",
            minimum=a_number(it["minimum"]),
            maximum=a_number(it["maximum"]),
            unit=it["unit"] or "",
        )
        for it in map(json.loads, lines)
    ]
    return Catalogue.read(rows, json.loads((folder / "domain.json").read_text("utf-8")))
