"""What staff fill in to write a word, a field or a variable; lists are one thing to a line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from rag import words
from rag.models import DictionaryTerm, FieldDefinition, PromptVariable

MOST_LINES = 50


class Lines(forms.CharField):
    """A list of texts, one to a line; empty and repeated ones do not count."""

    def __init__(self, label: Any, *, longest: int = 200, **options: Any) -> None:
        self.longest = longest
        super().__init__(
            label=label,
            required=False,
            max_length=MOST_LINES * (longest + 2),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            help_text=_("Uno por línea."),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [it.strip() for it in super().clean(value).splitlines()]
        found = [*dict.fromkeys(filter(None, lines))]
        if len(found) > MOST_LINES or any(len(it) > self.longest for it in found):
            raise ValidationError(
                _("Hasta %(lines)d líneas de %(longest)d caracteres."),
                params={"lines": MOST_LINES, "longest": self.longest},
            )
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class RowForm(forms.ModelForm):
    """A row whose name no other of its domain has, and that a prompt may hold."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        names = words.KEYS[self._meta.model]
        domain = given.get("domain") or (self.instance.pk and self.instance.domain)
        if domain and all(given.get(it) for it in names):
            row = self._meta.model(pk=self.instance.pk, domain=domain)
            for name in names:
                setattr(row, name, given[name])
            self._blame(row)
        return given

    def _blame(self, row: Any) -> None:
        for name, why in words.faults_of(row).items():
            self.add_error(name, why)
        if words.is_repeated(row):
            self.add_error([*words.KEYS[type(row)]][-1], _("Ya existe en este dominio."))


class TermForm(RowForm):
    synonyms = Lines(_("Sinónimos"))
    examples = Lines(_("Ejemplos"), longest=500)

    class Meta:
        model = DictionaryTerm
        fields = [
            *("domain", "word", "definition", "synonyms", "examples"),
            *("category", "table", "field", "active", "position"),
        ]


class FieldForm(RowForm):
    values = Lines(_("Valores posibles"))
    examples = Lines(_("Ejemplos"))

    class Meta:
        model = FieldDefinition
        fields = [
            *("domain", "table", "field", "definition", "values", "examples", "notes"),
            *("data_type", "required", "indexed", "is_foreign_key"),
            *("referenced_table", "referenced_field", "active", "position"),
        ]


class VariableForm(RowForm):
    class Meta:
        model = PromptVariable
        fields = ["domain", "name", "description", "active", "position"]
        help_texts = {
            "name": _("En el prompt va entre llaves: {horario}."),
            "description": _(
                "Lo que se pone en su lugar. De las que llena el sitio ({contexto_documentos}…), "
                "solo qué ponen."
            ),
        }


class DefinitionForm(forms.Form):
    """A definition as a person takes it."""

    definition = forms.CharField(
        label=_("Definición"),
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )
