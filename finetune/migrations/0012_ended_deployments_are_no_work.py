from django.db import migrations

# Deployments that ended before they were work; safe to run again.
FORWARDS = """
UPDATE finetune_deployment SET state = CASE WHEN error = '' THEN 'done' ELSE 'dead' END
WHERE checked_at IS NOT NULL OR error <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("finetune", "0011_deployments_are_leased")]
    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
