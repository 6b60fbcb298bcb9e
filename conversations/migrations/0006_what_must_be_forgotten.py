import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Whoever stores a person's words locks the person first, so that a withdrawal at the same moment
# comes either before (and the row is refused) or after (and the row is there to be erased). The
# second statement sees what was committed while the first one waited.
LATEST_WORD = """
    (SELECT granted FROM conversations_consentevent
     WHERE person_id = who AND purpose = 'training'
     ORDER BY at DESC, id DESC LIMIT 1) IS NOT TRUE
"""
FORWARDS = f"""
CREATE OR REPLACE FUNCTION require_training_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who bigint := NEW.person_id;
BEGIN
    IF NEW.origin = 'person' THEN
        PERFORM FROM conversations_person WHERE id = who FOR SHARE;
        IF {LATEST_WORD} THEN
            RAISE EXCEPTION 'person % has no live consent for training', who
                USING ERRCODE = 'check_violation', CONSTRAINT = 'conversation_person_consents';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION require_training_consent_of_thread() RETURNS trigger LANGUAGE plpgsql
AS $$
DECLARE
    who bigint := (SELECT person_id FROM conversations_chatsession WHERE id = NEW.session_id);
BEGIN
    IF who IS NOT NULL THEN
        PERFORM FROM conversations_person WHERE id = who FOR SHARE;
        IF {LATEST_WORD} THEN
            RAISE EXCEPTION 'person % has no live consent for training', who
                USING ERRCODE = 'check_violation', CONSTRAINT = 'message_person_consents';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""


def drop_first_texts(apps, schema_editor):
    """The sentence is a versioned consent text by now; a second copy would only look editable."""
    Domain = apps.get_model("core", "Domain")
    for domain in Domain.objects.filter(texts__has_key="consent_text"):
        del domain.texts["consent_text"]
        domain.save(update_fields=["texts"])


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_training_data_view")]
    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("state", models.CharField(choices=[("waiting", "En espera"), ("done", "Hecho"), ("dead", "Abandonado")], default="waiting", max_length=10, verbose_name="estado")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="intentos")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="tomado hasta")),
                ("next_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="no antes de")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="último error")),
                ("person", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="erasure", serialize=False, to="conversations.person", verbose_name="persona")),
                ("through", models.BigIntegerField(verbose_name="hasta la conversación")),
            ],
            options={
                "verbose_name": "borrado pendiente",
                "verbose_name_plural": "borrados pendientes",
                "indexes": [models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="erasure_waiting")],
            },
        ),
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
        migrations.RunPython(drop_first_texts, migrations.RunPython.noop),
    ]
