"""What a customer wants a proforma of, as far as they have said. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any, Self

PRODUCT, SIZE, GLAZE, QUANTITY, DESTINATION = "product", "size", "glaze", "quantity", "destination"
INCOTERM, CLIENT = "incoterm", "client"
FOB, CFR = "FOB", "CFR"
SLOTS = (PRODUCT, SIZE, GLAZE, QUANTITY, DESTINATION)
"""In the order in which they are asked for."""

FIELD_OF = {GLAZE: "glaseo_percentage"}
"""The catalogue's field where it is called otherwise than the slot."""


@dataclass(frozen=True)
class Order:
    """Everything as text, to be kept; empty: not said. ``quantity`` is in kilos.

    Without a word on freight it is FOB; a destination, or the wish for freight, makes it CFR.
    """

    product: str = ""
    size: str = ""
    glaze: str = ""
    quantity: str = ""
    destination: str = ""
    incoterm: str = ""
    client: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The order that :meth:`kept` wrote."""
        return cls(**{it.name: str(kept.get(it.name, "")) for it in fields(cls)})

    def kept(self) -> dict[str, str]:
        return asdict(self)

    def without(self, slot: str) -> Order:
        return replace(self, **{slot: ""})

    def told(self, values: Mapping[str, str]) -> Order:
        """With what was said now; a place and its freight come and go together."""
        new = replace(self, **values)
        if values.get(INCOTERM) == FOB:
            return replace(new, destination="")
        if values.get(DESTINATION) and INCOTERM not in values:
            return replace(new, incoterm=CFR)
        return new

    def value(self, slot: str) -> str:
        return str(getattr(self, slot))

    @property
    def kilos(self) -> Decimal:
        return Decimal(self.quantity)

    @property
    def delivered(self) -> bool:
        return self.incoterm == CFR
