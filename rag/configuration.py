"""What staff may set of a domain's assistant, as keys and values (requirements, 2.4).

Some are columns of the domain, the others rows of ``configuracion_sistema`` (category ``AI``, the
domain's key as subcategory). Keys of providers are neither: they stay in the environment.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.forms import model_to_dict
from django.utils.translation import gettext as _

from conversations.keys import is_storable
from core import audit, llm
from core.errors import Invalid, Refusal
from core.limits import fault_of
from core.models import Domain, Setting

CATEGORY = "AI"
COLUMNS = {
    "proveedor": "answer_provider",
    "model": "answer_model",
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
}
"""The keys that are columns of a domain."""
ACTIVE, COLLECTS = "activo", "recoleccion_automatica_activa"
_KINDS: dict[type[models.Field], str] = {
    models.FloatField: "number",
    models.PositiveIntegerField: "integer",
}
_SECRET = re.compile(r"(?:.*_)?(?:api_?key|clave|key|token|secret)(?:_.*)?", re.IGNORECASE)


class KeyInEnvironment(Refusal):
    """Somebody would store a provider's key in the database."""

    code = "key_in_environment"


class AssistantOff(Refusal):
    """Staff turned the assistant of the domain off."""

    code = "assistant_off"
    status_code = 503


@dataclass(frozen=True)
class Switches:
    """Whether the assistant of a domain answers, and whether what it answers is captured."""

    answers: bool = True
    collects: bool = True


def switches(domain: Domain) -> Switches:
    """The switches of ``domain``; both are on where nobody turned them off."""
    rows = _rows(domain).filter(key__in=[ACTIVE, COLLECTS]).values_list("key", "value")
    said = {key: value != "false" for key, value in rows}
    return Switches(said.get(ACTIVE, True), said.get(COLLECTS, True))


def refuse_if_off(domain: Domain) -> Switches:
    """The switches of ``domain``; :class:`AssistantOff` where it is not to answer."""
    if not (found := switches(domain)).answers:
        raise AssistantOff(_("El asistente está apagado en este dominio."), activo=False)
    return found


def read(domain: Domain) -> dict[str, Any]:
    """Every key with its value, and whether the provider of answers can be asked."""
    values = {key: _typed(it) for key, it in _slots(domain).items() if it.visible}
    name = domain.answer_provider
    if known := llm.provider(name) if name in settings.LLM_PROVIDERS else None:
        values["model"] = values["model"] or known.chat_model
    return values | {"configurado": bool(known and (known.api_key or llm.is_here(name)))}


def write(domain: Domain, values: Mapping[str, Any], *, by: str) -> Domain:
    """Keep ``values``, all of them or none; return the domain as it is now.

    Raises :class:`KeyInEnvironment` for a provider's key, and :class:`Invalid` with what is wrong
    with each of the others.
    """
    if secret := next((key for key in values if _SECRET.fullmatch(key)), None):
        raise _key_in_environment(secret, domain.answer_provider)
    with transaction.atomic():
        domain = Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)
        slots = _slots(domain)
        wrong = {key: [why] for key, it in values.items() if (why := _fault(slots.get(key), it))}
        if wrong:
            raise _invalid(wrong)
        for key, value in values.items():
            _store(domain, key, slots[key], _as_text(value))
        domain.save(update_fields=[*COLUMNS.values()])
        audit.record("configuration_edited", domain, by=by, fields=sorted(values))
    return domain


def _rows(domain: Domain) -> models.QuerySet[Setting]:
    return Setting.objects.filter(category=CATEGORY, subcategory=domain.slug)


def _slots(domain: Domain) -> dict[str, Setting]:
    """A setting for each key, with its limits; those of the domain's columns are never saved."""
    columns = {key: _of_column(domain, name) for key, name in COLUMNS.items()}
    usual = {key: _switch(domain, key) for key in (ACTIVE, COLLECTS)}
    return columns | usual | {it.key: it for it in _rows(domain) if it.key not in columns}


def _of_column(domain: Domain, name: str) -> Setting:
    field: Any = Domain._meta.get_field(name)
    low, high = (
        next((it.limit_value for it in field.validators if type(it) is kind), None)
        for kind in (MinValueValidator, MaxValueValidator)
    )
    return Setting(
        value=_as_text(getattr(domain, name)),
        kind=_KINDS.get(type(field), "string"),
        minimum=low,
        maximum=high,
        required=not field.blank,
        choices=[*settings.LLM_PROVIDERS] if name == "answer_provider" else None,
        pattern=rf".{{0,{field.max_length}}}" if field.max_length else "",
    )


def _switch(domain: Domain, key: str) -> Setting:
    return Setting(
        category=CATEGORY,
        subcategory=domain.slug,
        key=key,
        value="true",
        kind="boolean",
        required=True,
    )


def _fault(slot: Setting | None, value: Any) -> str | None:
    if slot is None:
        return _("No hay un ajuste con ese nombre.")
    if slot.read_only:
        return _("Lo escribe el sitio: solo se puede leer.")
    if isinstance(value, dict | list) and slot.kind != "json":
        return _("Escriba un solo valor.")
    text = _as_text(value)
    if not is_storable(text):
        return _("Hay un carácter que no se puede guardar.")
    return fault_of(model_to_dict(slot) | {"value": text})


def _store(domain: Domain, key: str, slot: Setting, text: str) -> None:
    slot.value = text
    if key in COLUMNS:
        setattr(domain, COLUMNS[key], _typed(slot))
    else:
        slot.save()


def _typed(slot: Setting) -> Any:
    """The value of ``slot`` as its kind says: a number, a truth, JSON, else a text."""
    if not slot.value:
        return slot.value_json if slot.value_json is not None else ""
    try:
        plain = slot.kind in ("integer", "number", "boolean", "json")
        return json.loads(slot.value) if plain else slot.value
    except ValueError:  # written before its row had limits
        return slot.value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _invalid(wrong: dict[str, list[str]]) -> Invalid:
    refusal = Invalid(_("Hay campos que no son válidos."))
    refusal.details = wrong  # not as keywords: a key may have any name
    return refusal


def _key_in_environment(key: str, provider: str) -> KeyInEnvironment:
    prefix = "OPENAI" if provider == "openai" else f"LLM_{provider.upper()}"
    why = _(
        "Las claves no se guardan en la base de datos. Póngala en el entorno del servidor "
        "(%s_API_KEY, en .env) y reinicie el sitio."
    )
    details: dict[str, Any] = {key: [why % prefix]}
    return KeyInEnvironment(why % prefix, **details)
