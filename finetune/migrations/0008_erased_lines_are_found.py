from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('finetune', '0007_sent_without_an_answer'),
    ]

    operations = [
        migrations.AddField(
            model_name='fileremoval',
            name='by_name',
            field=models.BooleanField(default=False, verbose_name='por su nombre'),
        ),
        migrations.AddIndex(
            model_name='datasetitem',
            index=models.Index(condition=models.Q(('erased_at__isnull', False)), fields=['dataset'], name='dataset_item_erased'),
        ),
    ]
