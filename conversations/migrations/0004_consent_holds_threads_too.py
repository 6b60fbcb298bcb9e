from django.db import migrations

FORWARDS = """
DROP TRIGGER conversation_person_consents ON conversaciones_ai;
CREATE TRIGGER conversation_person_consents
    BEFORE INSERT OR UPDATE OF pregunta, respuesta, contexto_usado, history, next_message,
        origin, person_id ON conversaciones_ai
    FOR EACH ROW EXECUTE FUNCTION require_training_consent();

CREATE FUNCTION require_training_consent_of_thread() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who bigint := (SELECT person_id FROM conversations_chatsession WHERE id = NEW.session_id);
BEGIN
    IF who IS NOT NULL AND (
        SELECT granted FROM conversations_consentevent
        WHERE person_id = who AND purpose = 'training'
        ORDER BY at DESC, id DESC LIMIT 1
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'person % has no live consent for training', who
            USING ERRCODE = 'check_violation', CONSTRAINT = 'message_person_consents';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_person_consents
    BEFORE INSERT OR UPDATE OF content, session_id ON conversations_chatmessage
    FOR EACH ROW EXECUTE FUNCTION require_training_consent_of_thread();

CREATE TRIGGER label_is_never_rewritten
    BEFORE UPDATE OF intent, fields, confidences, confidence, sources, qa_passed, qa_errors,
        labeller, by ON conversations_label
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARDS = """
DROP TRIGGER label_is_never_rewritten ON conversations_label;
DROP TRIGGER message_person_consents ON conversations_chatmessage;
DROP FUNCTION require_training_consent_of_thread();
DROP TRIGGER conversation_person_consents ON conversaciones_ai;
CREATE TRIGGER conversation_person_consents
    BEFORE INSERT OR UPDATE OF pregunta, respuesta, origin, person_id ON conversaciones_ai
    FOR EACH ROW EXECUTE FUNCTION require_training_consent();
"""


def keep_first_texts(apps, schema_editor):
    """What domains asked until now, in their lists, is version 1 of their consent text."""
    Domain = apps.get_model("core", "Domain")
    ConsentText = apps.get_model("conversations", "ConsentText")
    for domain in Domain.objects.all():
        if text := domain.texts.get("consent_text"):
            ConsentText.objects.get_or_create(
                domain=domain, number=1, defaults={"text": text, "created_by": "migration"}
            )


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_from_message_to_label"),
        ("core", "0004_keeping_replies_and_sampling"),
    ]
    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(keep_first_texts, migrations.RunPython.noop),
    ]
