from django.db import migrations

FORWARDS = """
CREATE TRIGGER dataset_never_changes BEFORE UPDATE ON finetune_dataset
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- An example may lose the conversation it came from, and nothing else.
CREATE TRIGGER dataset_item_never_changes
    BEFORE UPDATE OF dataset_id, position, part, question, answer, sha256 ON finetune_datasetitem
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARDS = """
DROP TRIGGER dataset_item_never_changes ON finetune_datasetitem;
DROP TRIGGER dataset_never_changes ON finetune_dataset;
"""


class Migration(migrations.Migration):
    dependencies = [("finetune", "0001_first"), ("core", "0002_audit_is_append_only")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
