from django.db import migrations

FORWARDS = """
CREATE TRIGGER consent_is_never_rewritten BEFORE UPDATE ON conversations_consentevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION require_training_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.origin = 'person' AND (
        SELECT granted FROM conversations_consentevent
        WHERE person_id = NEW.person_id AND purpose = 'training'
        ORDER BY at DESC, id DESC LIMIT 1
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'person % has no live consent for training', NEW.person_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'conversation_person_consents';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conversation_person_consents
    BEFORE INSERT OR UPDATE OF pregunta, respuesta, origin, person_id ON conversaciones_ai
    FOR EACH ROW EXECUTE FUNCTION require_training_consent();
"""
BACKWARDS = """
DROP TRIGGER conversation_person_consents ON conversaciones_ai;
DROP FUNCTION require_training_consent();
DROP TRIGGER consent_is_never_rewritten ON conversations_consentevent;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0001_first"),
        ("core", "0002_audit_is_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
