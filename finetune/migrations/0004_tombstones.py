from django.db import migrations

FORWARDS = """
-- An example may lose the conversation it came from, and become a tombstone: its words go, its
-- place and its hash stay. Nothing else changes.
CREATE FUNCTION refuse_change_but_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND (NEW.dataset_id, NEW.position, NEW.part, NEW.sha256)
            = (OLD.dataset_id, OLD.position, OLD.part, OLD.sha256)
        AND NEW.question = '' AND NEW.answer = '' AND NEW.rejected = ''
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER dataset_item_never_changes ON finetune_datasetitem;
CREATE TRIGGER dataset_item_never_changes
    BEFORE UPDATE OF dataset_id, position, part, question, answer, rejected, sha256, erased_at
    ON finetune_datasetitem
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_tombstone();
"""
BACKWARDS = """
DROP TRIGGER dataset_item_never_changes ON finetune_datasetitem;
CREATE TRIGGER dataset_item_never_changes
    BEFORE UPDATE OF dataset_id, position, part, question, answer, sha256 ON finetune_datasetitem
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_but_tombstone;
"""


class Migration(migrations.Migration):
    dependencies = [("finetune", "0003_the_whole_loop")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
