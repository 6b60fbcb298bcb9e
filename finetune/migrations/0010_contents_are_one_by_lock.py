from django.db import migrations, models


class Migration(migrations.Migration):
    """A version that lost lines to an erasure cannot be made again: its content may come anew."""

    dependencies = [("finetune", "0009_speeds_are_measured")]
    operations = [
        migrations.RemoveConstraint(model_name="dataset", name="dataset_content_once"),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(fields=["domain", "sha256"], name="dataset_by_content"),
        ),
    ]
