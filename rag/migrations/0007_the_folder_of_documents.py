from django.db import migrations


def add_setting(apps, schema_editor):
    """The setting of requirements E23; what somebody gave it already is kept."""
    Setting = apps.get_model("core", "Setting")
    if not Setting.objects.filter(key="ruta_documentos_ai").exists():
        Setting.objects.create(
            category="AI",
            subcategory="documentos",
            key="ruta_documentos_ai",
            value="documentos_ai",
            description="Carpeta del almacenamiento en que se guardan los originales nuevos.",
            pattern=r"[\w.-]+(/[\w.-]+)*/?",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("rag", "0006_searches_are_measured_once"),
        ("core", "0001_first"),
    ]

    operations = [migrations.RunPython(add_setting, migrations.RunPython.noop)]
