import pytest
from django.core.cache import cache
from django.db import connection

from core.models import AuditEvent, Setting
from rag.models import FieldDefinition
from tests.factories import a_client, a_domain

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1/configuracion/ai"
ROOT = f"{PREFIX}/definiciones-campos"
FIELD = {"tabla": "cuotas", "campo": "estado", "definicion": "Cómo va la cuota."}


@pytest.fixture
def api():
    cache.clear()
    return a_client("admin")


@pytest.fixture
def loans():
    """A table of the business, as another program made it; its tables are listed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE clientes (id serial PRIMARY KEY, cedula varchar(20) NOT NULL UNIQUE, "
            "ingreso numeric(10, 2), password varchar(80))"
        )
        cursor.execute(
            "CREATE TABLE prestamos (id serial PRIMARY KEY, estado varchar(20) NOT NULL, "
            "cliente_id int NOT NULL REFERENCES clientes (id), "
            "dueno_id int REFERENCES auth_user (id), aprobado_en timestamptz)"
        )
        cursor.execute("CREATE INDEX ON prestamos (cliente_id)")
        cursor.execute("COMMENT ON COLUMN prestamos.estado IS 'Etapa de la solicitud.'")
    listed = ["clientes", "prestamos", "auth_user", "no_existe", "core_apitoken"]
    return Setting.objects.create(category="AI", key="tablas_catalogo", value_json=listed)


def column(answer, table, name):
    return next(it for it in answer["tablas_campos"][table] if it["nombre"] == name)


def test_a_definition_comes_back_with_every_key_of_the_contract(api):
    sent = FIELD | {
        "tipo_dato": "VARCHAR(20)",
        "es_obligatorio": True,
        "tiene_indice": False,
        "es_clave_foranea": False,
        "tabla_referenciada": None,
        "campo_referenciado": None,
        "valores_posibles": ["PENDIENTE", "PAGADO"],
        "ejemplos_valores": ["PAGADO"],
        "notas": "La pone el banco.",
        "activo": True,
        "orden": 2,
    }
    answer = api.post(ROOT, sent)
    found = answer.json()["definicion"]
    assert (answer.status_code, set(answer.json())) == (200, {"mensaje", "definicion"})
    assert {found.pop(it) is not None for it in ("id", "creado_en", "actualizado_en")} == {True}
    assert found == sent


def test_the_list_is_filtered_and_the_tables_are_told(api):
    for table, active in [("pagos", True), ("cuotas", True), ("clientes", False)]:
        api.post(ROOT, FIELD | {"tabla": table, "activo": active})

    def listed(query):
        return [it["tabla"] for it in api.get(f"{ROOT}?{query}").json()["definiciones"]]

    assert listed("tabla=&activo=") == ["clientes", "cuotas", "pagos"]
    assert listed("tabla=cuotas") == ["cuotas"]
    assert listed("activo=true") == ["cuotas", "pagos"]
    tables = {"tablas": ["clientes", "cuotas", "pagos"], "total": 3}
    assert api.get(f"{ROOT}/tablas").json() == tables


def test_a_field_twice_is_400_and_named(api):
    api.post(ROOT, FIELD)
    answer = api.post(ROOT, FIELD)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "duplicate")
    assert set(answer.json()["error"]["details"]) == {"tabla", "campo"}
    assert api.post(ROOT, FIELD | {"tabla": "prestamos"}).status_code == 200


def test_a_definition_is_changed_and_deleted(api):
    made = api.post(ROOT, FIELD).json()["definicion"]
    changed = api.put(f"{ROOT}/{made['id']}", FIELD | {"notas": "Nueva."}).json()["definicion"]
    assert (changed["notas"], changed["id"]) == ("Nueva.", made["id"])
    assert api.delete(f"{ROOT}/{made['id']}").status_code == 200
    assert not FieldDefinition.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"tabla": "auth_user"}, "tabla"),
        ({"tabla": "django_session"}, "tabla"),
        ({"tabla": "conversations_person"}, "tabla"),
        ({"tabla": "clientes", "campo": "api_key"}, "campo"),
        ({"tabla": ""}, "tabla"),
        ({"definicion": ""}, "definicion"),
    ],
)
def test_what_no_prompt_may_name_is_422_and_named(api, wrong, field):
    answer = api.post(ROOT, FIELD | wrong)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]
    assert not FieldDefinition.objects.exists()


def test_the_database_tells_its_tables(api, loans):
    found = api.get(f"{PREFIX}/tablas-campos").json()
    assert (found["total_tablas"], sorted(found["tablas_campos"])) == (2, ["clientes", "prestamos"])
    assert column(found, "prestamos", "cliente_id") == {
        "nombre": "cliente_id",
        "tipo": "INTEGER",
        "nullable": False,
        "es_obligatorio": True,
        "es_primary_key": False,
        "tiene_indice": True,
        "es_clave_foranea": True,
        "tabla_referenciada": "clientes",
        "campo_referenciado": "id",
    }
    assert column(found, "clientes", "id")["es_primary_key"]
    assert column(found, "clientes", "cedula")["tipo"] == "VARCHAR(20)"
    assert column(found, "clientes", "cedula")["tiene_indice"]
    assert column(found, "clientes", "ingreso")["tipo"] == "NUMERIC(10, 2)"
    assert column(found, "clientes", "ingreso")["nullable"]


def test_accounts_and_keys_are_never_shown(api, loans):
    answer = api.get(f"{PREFIX}/tablas-campos")
    assert "auth_user" not in answer.text
    assert "password" not in answer.text
    assert "apitoken" not in answer.text


def test_the_tables_are_read_once_an_hour_or_after_a_synchronisation(api, loans):
    before = api.get(f"{PREFIX}/tablas-campos").json()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clientes ADD COLUMN apodo text")
    assert api.get(f"{PREFIX}/tablas-campos").json() == before
    api.post(f"{ROOT}/sincronizar")
    assert column(api.get(f"{PREFIX}/tablas-campos").json(), "clientes", "apodo")


def test_a_domains_own_list_comes_before_the_sites(api, loans):
    Setting.objects.create(
        category="AI", subcategory="prestamos", key="tablas_catalogo", value_json=["clientes"]
    )
    assert list(api.get(f"{PREFIX}/tablas-campos").json()["tablas_campos"]) == ["clientes"]


def test_without_a_list_the_usual_tables_are_read(api):
    found = api.get(f"{PREFIX}/tablas-campos").json()["tablas_campos"]
    assert "modelos_riesgo" in found
    assert column({"tablas_campos": found}, "modelos_riesgo", "accuracy")["tipo"]


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor"])
def test_all_staff_may_read_the_tables_and_only_administrators_the_rest(role):
    client = a_client(role)
    assert client.get(f"{PREFIX}/tablas-campos").status_code == 200
    assert client.get(ROOT).status_code == 403
    assert client.post(f"{ROOT}/sincronizar").status_code == 403


def test_synchronising_adds_refreshes_and_leaves_words_alone(api, loans):
    mine = FieldDefinition.objects.create(
        domain=a_domain(),
        table="prestamos",
        field="estado",
        definition="Lo que escribí.",
        notes="Mía.",
        values=["APROBADO"],
        data_type="TEXT",
        active=False,
    )
    gone = FieldDefinition.objects.create(
        domain=a_domain(), table="prestamos", field="ya_no_esta", definition="De antes."
    )
    first = api.post(f"{ROOT}/sincronizar").json()
    assert first.pop("mensaje")
    assert first == {
        "campos_creados": 7,
        "campos_actualizados": 1,
        "campos_existentes": 0,
        "total_procesados": 8,
    }
    mine.refresh_from_db()
    assert (mine.definition, mine.notes, mine.values, mine.active) == (
        *("Lo que escribí.", "Mía.", ["APROBADO"]),
        False,
    )
    assert (mine.data_type, mine.required) == ("VARCHAR(20)", True)
    assert FieldDefinition.objects.filter(pk=gone.pk, definition="De antes.").exists()
    again = api.post(f"{ROOT}/sincronizar").json()
    assert (again["campos_creados"], again["campos_actualizados"]) == (0, 0)
    assert again["campos_existentes"] == again["total_procesados"] == 8


def test_what_is_added_says_what_the_database_does(api, loans):
    api.post(f"{ROOT}/sincronizar")
    rows = {f"{it.table}.{it.field}": it for it in FieldDefinition.objects.all()}
    assert rows["prestamos.estado"].definition == "Etapa de la solicitud."
    assert rows["prestamos.aprobado_en"].definition == "aprobado en"
    assert rows["prestamos.cliente_id"].referenced_table == "clientes"
    owner = rows["prestamos.dueno_id"]
    assert (owner.is_foreign_key, owner.referenced_table) == (False, None)  # of an account
    assert "clientes.password" not in rows
    done = AuditEvent.objects.get(action="fields_synchronised")
    assert done.details == {"created": 8, "updated": 0, "unchanged": 0}
