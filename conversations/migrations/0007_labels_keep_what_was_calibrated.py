from django.db import migrations, models

FORWARDS = """
DROP TRIGGER label_is_never_rewritten ON conversations_label;
CREATE TRIGGER label_is_never_rewritten
    BEFORE UPDATE OF intent, fields, confidences, confidence, raw, sources, qa_passed, qa_errors,
        labeller, by ON conversations_label
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARDS = """
DROP TRIGGER label_is_never_rewritten ON conversations_label;
CREATE TRIGGER label_is_never_rewritten
    BEFORE UPDATE OF intent, fields, confidences, confidence, sources, qa_passed, qa_errors,
        labeller, by ON conversations_label
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_what_must_be_forgotten")]
    operations = [
        migrations.AddField(
            "label",
            "raw",
            models.JSONField(default=dict, verbose_name="confianza sin calibrar"),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
