from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finetune", "0001_first")]
    operations = [
        migrations.AddField(
            model_name="finetuningjob",
            name="sent_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="último envío"),
        ),
    ]
