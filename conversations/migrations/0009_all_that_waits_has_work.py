from django.db import migrations

# Exchanges of people captured before there was a queue of work; safe to run again.
FORWARDS = """
INSERT INTO conversations_processing (conversation_id, state, attempts, error)
SELECT c.id, 'waiting', 0, '' FROM conversaciones_ai c
WHERE c.origin = 'person' AND c.stage = 'captured'
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_lists_of_reviewers")]
    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
