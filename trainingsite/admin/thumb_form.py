"""What staff do about a thumb: put the answer right, or say what else was mended."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from conversations.capture import LONGEST
from conversations.models import ChatRating
from rag import feedback
from rag.models import Chunk
from trainingsite.admin.passages import Passage

OFFERED = 50  # of each kind of change, the newest
KINDS: dict[str, Any] = {
    "palabra": _("Diccionario"),
    "campo": _("Definiciones de campos"),
    "prompt": _("Prompt"),
}


class ThumbForm(forms.Form):
    """The boxes begin with what stands: an answer that nobody touches is no correction."""

    correction = forms.CharField(
        label=_("Respuesta correcta"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "class": "ts-input"}),
    )
    chunk = forms.ChoiceField(label=_("Trozo que indujo al error"), required=False)
    change = forms.ChoiceField(
        label=_("Otra cosa que se arregló"),
        required=False,
        widget=forms.Select(attrs={"class": "ts-input"}),
    )
    notes = forms.CharField(
        label=_("Notas"),
        required=False,
        max_length=feedback.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "ts-input"}),
    )

    def __init__(self, posted: Any, *, thumb: ChatRating, passages: Sequence[Passage]) -> None:
        row = thumb.conversation
        self.answer = row.answer if row else thumb.answer
        super().__init__(posted, initial={"correction": self.answer, "notes": thumb.notes})
        self.chunks = {it.key: it.chunk for it in passages}
        self.changes = _changes(thumb)
        self._choices("chunk", [("", ""), *((it, it) for it in self.chunks)])
        self._choices("change", [("", _("Nada más")), *_grouped(self.changes)])
        if not thumb.question:
            del self.fields["correction"]  # without a question there is nothing to answer

    def clean(self) -> dict[str, Any]:
        """A passage is blamed with the right answer beside it; one thing is mended at a time."""
        said = self.cleaned_data
        given = (said.get("correction") or "").strip()
        said["correction"] = "" if given == self.answer.strip() else given
        if said.get("chunk") and not said["correction"]:
            self.add_error("chunk", _("Escriba también la respuesta correcta."))
        if said.get("change") and said["correction"]:
            self.add_error("change", _("Elija una de las dos: la respuesta u otra cosa."))
        return said

    @property
    def said(self) -> dict[str, Any]:
        """What is asked for, as :func:`rag.feedback.process` takes it."""
        given = self.cleaned_data
        chunk: Chunk | None = self.chunks.get(given["chunk"])
        change: Model | None = self.changes.get(given["change"], (None, None))[1]
        texts = {"notes": given["notes"], "correction": given["correction"]}
        return {**texts, "chunk": chunk, "change": change}

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _changes(thumb: ChatRating) -> dict[str, tuple[str, Model]]:
    """What may have been mended, by its key in the form: the kind, and the row."""
    return {
        f"{kind}:{row.pk}": (kind, row)
        for kind, model in feedback.CHANGES.items()
        for row in model._default_manager.filter(domain=thumb.domain).order_by("-pk")[:OFFERED]
    }


def _grouped(changes: dict[str, tuple[str, Model]]) -> list[Any]:
    return [
        (title, [(key, str(row)) for key, (of, row) in changes.items() if of == kind])
        for kind, title in KINDS.items()
        if any(of == kind for of, _row in changes.values())
    ]
