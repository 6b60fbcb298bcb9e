"""Settings that staff change: only to what their own row allows."""

import pytest
from django.urls import reverse

from core.models import AuditEvent, Setting

ADD = reverse("admin:core_setting_add")


def page_of(setting):
    return reverse("admin:core_setting_change", args=[setting.pk])


@pytest.fixture
def save(boss):
    """Sends the form of a new setting; returns the faults it shows."""

    def send(**fields):
        given = {"category": "pruebas", "key": "k", "kind": "string", "value": ""} | fields
        answer = boss.post(ADD, given)
        return {} if answer.status_code == 302 else answer.context["adminform"].form.errors

    return send


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        ({}, "lo que sea"),
        ({}, ""),
        ({"kind": "integer", "minimum": "1", "maximum": "5"}, "5"),
        ({"kind": "number", "minimum": "0", "maximum": "1"}, "0.5"),
        ({"kind": "boolean"}, "false"),
        ({"kind": "json"}, '{"a": 1}'),
        ({"kind": "json", "required": "on", "value_json": "[1]"}, ""),
        ({"choices": '["uno", "dos"]'}, "dos"),
        ({"kind": "integer", "choices": "[1, 2]"}, "2"),
        ({"pattern": "[a-z]+-[0-9]+"}, "abc-12"),
    ],
)
def test_what_the_row_allows_is_kept(save, limits, value):
    assert save(value=value, **limits) == {}
    assert Setting.objects.get(category="pruebas").value == value


@pytest.mark.parametrize(
    ("limits", "value", "says"),
    [
        ({"required": "on"}, "", "necesita un valor"),
        ({"kind": "integer"}, "1.5", "número entero"),
        ({"kind": "integer"}, "cinco", "número entero"),
        ({"kind": "number"}, "nan", "un número"),
        ({"kind": "number"}, "1e9", "un número"),
        ({"kind": "integer", "minimum": "1"}, "0", "mínimo es 1"),
        ({"kind": "number", "maximum": "1"}, "1.01", "máximo es 1"),
        ({"kind": "boolean"}, "sí", "«true»"),
        ({"kind": "json"}, "{", "No es JSON"),
        ({"choices": '["uno", "dos"]'}, "tres", "uno, dos"),
        ({"pattern": "[a-z]+"}, "abc1", "patrón"),
    ],
)
def test_anything_else_is_refused_and_nothing_is_kept(save, limits, value, says):
    assert says in save(value=value, **limits)["value"][0]
    assert not Setting.objects.filter(category="pruebas").exists()


@pytest.mark.parametrize(("field", "value"), [("pattern", "("), ("choices", '{"a": 1}')])
def test_limits_that_cannot_be_are_refused_by_name(save, field, value):
    assert list(save(value="x", **{field: value})) == [field]


def test_a_read_only_one_is_only_looked_at(boss):
    mine = Setting.objects.create(category="AI", key="modelo", value="a", read_only=True)
    form = {"category": "AI", "key": "modelo", "kind": "string", "value": "b"}

    page = boss.get(page_of(mine))
    refused = boss.post(page_of(mine), form).status_code
    deleted = boss.post(reverse("admin:core_setting_delete", args=[mine.pk]), {"post": "yes"})

    mine.refresh_from_db()
    assert (page.status_code, refused, deleted.status_code) == (200, 403, 403)
    assert mine.value == "a"


def test_a_kind_that_nobody_knows_stays_and_is_a_text(boss):
    old = Setting.objects.create(category="AI", key="clave", value="a", kind="varchar")

    kinds = dict(boss.get(page_of(old)).context["adminform"].form.fields["kind"].choices)
    boss.post(page_of(old), {"category": "AI", "key": "clave", "kind": "varchar", "value": "b"})

    old.refresh_from_db()
    assert "varchar" in kinds
    assert old.value == "b"


def test_a_change_is_written_down_without_its_value(save):
    save(value="secreto")

    event = AuditEvent.objects.get(action="setting_edited")
    assert "value" in event.details["fields"]
    assert "secreto" not in str(event.details)
