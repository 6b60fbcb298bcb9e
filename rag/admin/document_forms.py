"""What staff fill in to upload a document, and to say more about one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from core.errors import Refusal
from rag import documents, originals
from rag.models import Document


class DocumentForm(forms.ModelForm):
    """What people say of a document; the rest was found in it."""

    class Meta:
        model = Document
        fields = ["title", "description", "kind", "audience", "active"]

    def clean_title(self) -> str:
        try:
            return documents.fit_title(self.cleaned_data["title"])
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal

    def said(self) -> dict[str, Any]:
        """The fields that were changed, with what is in them now."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class UploadForm(DocumentForm):
    """A file and what it is for."""

    file = forms.FileField(
        label=_("Archivo"),
        max_length=originals.LONGEST_NAME,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PDF, DOCX, XLSX, TXT, MD o CSV."),
    )

    class Meta(DocumentForm.Meta):
        fields = ["domain", "title", "description", "kind", "audience"]

    def clean_file(self) -> UploadedFile:
        """Refused here with its reason; what only a reader finds out, the document's page tells."""
        file = self.cleaned_data["file"]
        try:
            originals.accepted(file)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "description": self.cleaned_data["description"] or ""}
