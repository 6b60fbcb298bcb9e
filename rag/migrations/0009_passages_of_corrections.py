"""Corrections that named a chunk now name the document it is of, and what it says."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_passages(apps: Any, schema_editor: Any) -> None:
    chunks = apps.get_model("rag", "Chunk").objects.filter(pk=OuterRef("chunk"))
    corrections = apps.get_model("rag", "Correction").objects
    corrections.filter(chunk__isnull=False, document=None).update(
        document=Subquery(chunks.values("document")[:1]),
        passage_hash=Subquery(chunks.values("text_hash")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [("rag", "0008_corrections_remember_the_passage")]

    operations = [migrations.RunPython(name_passages, migrations.RunPython.noop)]
