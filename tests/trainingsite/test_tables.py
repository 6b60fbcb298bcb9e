"""The documents' tables: nine of them, their columns, and the five queries as they are written."""

import pytest
from django.db import IntegrityError, connection

from conversations.models import ChatRating
from finetune.models import FineTuningJob
from tests.factories import a_conversation, a_domain

pytestmark = pytest.mark.django_db

COLUMNS = {
    "conversaciones_ai": "pregunta* respuesta* contexto_usado documentos_usados modelo_usado "
    "tokens_usados tiempo_respuesta calificacion feedback usuario_id cliente_id prestamo_id "
    "pago_id cuota_id creado_en* actualizado_en*",
    "fine_tuning_jobs": "openai_job_id* status* modelo_base* modelo_entrenado "
    "archivo_entrenamiento total_conversaciones progreso error epochs learning_rate creado_en* "
    "completado_en actualizado_en*",
    "documentos_ai": "titulo* descripcion nombre_archivo* tipo_archivo* ruta_archivo* "
    "tamaño_bytes contenido_texto contenido_procesado activo creado_en actualizado_en",
    "documento_ai_embeddings": "documento_id* embedding* chunk_index texto_chunk "
    "modelo_embedding dimensiones creado_en* actualizado_en*",
    "ai_diccionario_semantico": "palabra* definicion* categoria campo_relacionado "
    "tabla_relacionada sinonimos ejemplos_uso activo* orden creado_en actualizado_en",
    "ai_definiciones_campos": "tabla* campo* definicion* tipo_dato es_obligatorio* tiene_indice* "
    "es_clave_foranea* tabla_referenciada campo_referenciado valores_posibles ejemplos_valores "
    "notas activo* orden creado_en actualizado_en",
    "ai_calificaciones_chat": "pregunta* respuesta_ai* calificacion* usuario_email procesado* "
    "notas_procesamiento mejorado* creado_en actualizado_en",
    "modelos_riesgo": "nombre* version* algoritmo* accuracy precision recall f1_score roc_auc "
    "ruta_archivo* total_datos_entrenamiento total_datos_test test_size random_state activo* "
    "usuario_id descripcion features_usadas entrenado_en* activado_en actualizado_en*",
    "configuracion_sistema": "categoria subcategoria clave valor valor_json descripcion tipo_dato "
    "requerido visible_frontend solo_lectura valor_minimo valor_maximo opciones_validas "
    "patron_validacion creado_en actualizado_en",
    "ai_prompt_variables": "variable* descripcion* activo orden creado_en actualizado_en",
}
COLUMNS["modelos_impago_cuotas"] = COLUMNS["modelos_riesgo"]

QUERIES = {
    "ready": "SELECT * FROM conversaciones_ai WHERE calificacion >= 4 ORDER BY creado_en DESC;",
    "live": "SELECT * FROM fine_tuning_jobs WHERE status IN ('pending', 'running') "
    "ORDER BY creado_en DESC;",
    "documents": "SELECT * FROM documentos_ai WHERE contenido_procesado = true AND activo = true;",
    "thumbs": "SELECT * FROM ai_calificaciones_chat WHERE calificacion = 'abajo' "
    "AND procesado = false ORDER BY creado_en DESC;",
    "chunks": "SELECT documento_id, COUNT(*) as total_chunks FROM documento_ai_embeddings "
    "GROUP BY documento_id;",
}


def rows(query, values=()):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@pytest.mark.parametrize("table", COLUMNS)
def test_table_has_its_columns_and_they_hold_something_where_they_must(table):
    found = dict(
        rows(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
    )
    wanted = COLUMNS[table].split()
    assert {name.rstrip("*") for name in wanted} <= set(found)
    assert {
        name[:-1] for name in wanted if name.endswith("*") and found[name[:-1]] == "YES"
    } == set()


@pytest.mark.parametrize("name", QUERIES)
def test_query_of_the_documents_runs_as_written(name):
    assert rows(QUERIES[name]) == []


def test_ready_query_finds_what_has_four_stars():
    a_conversation(stars=3)
    good = a_conversation(stars=4)
    assert [row[0] for row in rows(QUERIES["ready"])] == [good.pk]


def test_job_that_its_provider_has_queued_counts_as_pending():
    FineTuningJob.objects.create(
        domain=a_domain(),
        dataset=a_domain().datasets.create(
            number=1, prompt=a_domain().prompt, sha256="0" * 64, considered=1, created_by="test"
        ),
        provider="local",
        openai_job_id="ftjob-1",
        base_model="base",
        provider_status="queued",
        created_by="test",
    )
    assert len(rows(QUERIES["live"])) == 1


def test_thumbs_query_finds_what_waits():
    domain = a_domain()
    ChatRating.objects.create(domain=domain, question="a", answer="b", thumb="abajo")
    ChatRating.objects.create(domain=domain, question="a", answer="b", thumb="arriba")
    assert len(rows(QUERIES["thumbs"])) == 1


def test_database_refuses_a_thumb_of_another_word():
    with pytest.raises(IntegrityError):
        ChatRating.objects.create(domain=a_domain(), question="a", answer="b", thumb="quizás")
