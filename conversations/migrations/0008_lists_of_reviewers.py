import django.contrib.postgres.fields
from django.db import migrations, models


def lists_of_exchanges(*named):
    for name, one, many in named:
        yield migrations.CreateModel(
            name=name,
            fields=[],
            options={
                "verbose_name": one,
                "verbose_name_plural": many,
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("conversations.conversation",),
        )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_labels_keep_what_was_calibrated")]
    operations = [
        *lists_of_exchanges(
            ("Rejected", "conversación rechazada", "conversaciones rechazadas"),
            ("ScreenedOut", "conversación descartada", "conversaciones descartadas"),
            ("ToReview", "etiqueta por revisar", "etiquetas por revisar"),
        ),
        migrations.AddField(
            "conversation",
            "unmasked",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                default=list,
                editable=False,
                help_text="Lo que un revisor leyó aquí y no es un dato personal.",
                size=None,
            ),
        ),
    ]
