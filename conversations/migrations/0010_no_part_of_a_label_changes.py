from django.db import migrations

FORWARDS = """
DROP TRIGGER label_is_never_rewritten ON conversations_label;
CREATE TRIGGER label_is_never_rewritten
    BEFORE UPDATE OF number, intent, fields, confidences, confidence, raw, sources, entities,
        qa_passed, qa_errors, parse_errors, labeller, by, at ON conversations_label
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARDS = """
DROP TRIGGER label_is_never_rewritten ON conversations_label;
CREATE TRIGGER label_is_never_rewritten
    BEFORE UPDATE OF intent, fields, confidences, confidence, raw, sources, qa_passed, qa_errors,
        labeller, by ON conversations_label
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_all_that_waits_has_work")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
