from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finetune", "0012_ended_deployments_are_no_work")]
    operations = [
        migrations.AddField(
            model_name="evaluationitem",
            name="passages",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="huella de los pasajes"
            ),
            preserve_default=False,
        ),
    ]
