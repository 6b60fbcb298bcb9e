"""What is asked before a training: data and base at sight, how it learns folded away."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.errors import Refusal
from core.models import Domain
from finetune.models import Method, ProviderFile

BY_PROVIDER = _("Vacío: lo elige el proveedor.")
SHAPE = ("lora_rank", "lora_alpha")
FOLDED = ("method", "learning_rate", *SHAPE)


class StartForm(forms.Form):
    """What a training needs; empty numbers leave the choice to the provider."""

    file_id = forms.ChoiceField(label=_("Conjunto de datos"), widget=UnfoldAdminSelectWidget)
    base_model = forms.CharField(
        label=_("Modelo base"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Con «proveedor:modelo» se entrena en otro proveedor."),
    )
    epochs = forms.IntegerField(
        label=_("Épocas"),
        required=False,
        min_value=1,
        max_value=50,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Vacío: las elige el proveedor."),
    )
    method = forms.ChoiceField(
        label=_("Método"),
        choices=Method.choices,
        initial=Method.SUPERVISED,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Por preferencias solo aprende de las respuestas que alguien corrigió."),
    )
    learning_rate = forms.FloatField(
        label=_("Multiplicador de aprendizaje"),
        required=False,
        min_value=0.001,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=BY_PROVIDER,
    )
    lora_rank = forms.IntegerField(
        label=_("Rango del adaptador"),
        required=False,
        min_value=1,
        max_value=256,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Cuánto cabe en él. Vacío: lo elige el proveedor; los de pago no lo miran."),
    )
    lora_alpha = forms.IntegerField(
        label=_("Alfa del adaptador"),
        required=False,
        min_value=1,
        max_value=1024,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Cuánto pesa. Lo usual es el doble del rango."),
    )

    def __init__(
        self,
        *args: Any,
        domain: Domain,
        files: list[ProviderFile],
        chosen: ProviderFile | None = None,
    ) -> None:
        super().__init__(*args)
        choices = [(it.file_id, _label(it)) for it in files]
        cast(forms.ChoiceField, self.fields["file_id"]).choices = choices
        self.initial["base_model"] = domain.base_model
        if chosen:
            self.initial["file_id"] = chosen.file_id

    @property
    def wanted(self) -> dict[str, Any]:
        """What was asked for, as :func:`finetune.training.checked` takes it."""
        given = {name: it for name, it in self.cleaned_data.items() if name not in SHAPE}
        shape = {name: it for name in SHAPE if (it := self.cleaned_data[name]) is not None}
        return {**given, "options": shape}

    @property
    def at_sight(self) -> Iterable[forms.BoundField]:
        return [it for it in self if it.name not in FOLDED]

    @property
    def folded(self) -> Iterable[forms.BoundField]:
        return [self[name] for name in FOLDED]

    @property
    def unfolded(self) -> bool:
        """Whether something was chosen, or is wrong, among what is folded away."""
        usual = (None, "", Method.SUPERVISED)
        return any(it.errors or it.value() not in usual for it in self.folded)

    def refuse(self, refusal: Refusal) -> None:
        """Show why nothing was started."""
        self.add_error(None, _("%s No se inició nada.") % refusal)


def _label(file: ProviderFile) -> str:
    dataset = file.dataset
    return f"v{dataset.number} · {dataset.created_at:%Y-%m-%d} · {file.provider}"
