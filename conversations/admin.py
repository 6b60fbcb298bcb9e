"""Stock pages of this room. The conversations list crosses rooms: ``trainingsite.admin``."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import CatalogueEntry, ChatRating, Thumb
from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from core.admin.shapes import is_storable, is_word_list


class CatalogueEntryForm(ModelForm):
    """Other names are words that are never masked: anything else would stop every exchange."""

    def clean_aliases(self) -> list[str]:
        given = self.cleaned_data["aliases"]
        if given is None:  # an empty box
            return []
        if not (is_word_list(given) and is_storable(given)):
            raise ValidationError(_('Escriba una lista de palabras: ["una", "otra"].'))
        return given


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ScopedAdmin):
    form = CatalogueEntryForm
    list_display = ["name", "kind", "code", "product", "minimum", "maximum", "unit", "active"]
    list_filter = [DomainFilter, "active"]
    search_fields = ["name", "code", "product"]


@admin.register(ChatRating)
class ChatRatingAdmin(ReadOnly, ScopedAdmin):
    """Thumbs come from the people who chat."""

    list_display = ["question", "shown_thumb", "processed", "improved", "created_at"]
    list_filter = [DomainFilter, "thumb", "processed"]
    search_fields = ["question", "answer"]

    @display(description=_("pulgar"), label={Thumb.UP: "success", Thumb.DOWN: "danger"})
    def shown_thumb(self, thumb: ChatRating) -> tuple[str, str]:
        return thumb.thumb, thumb.get_thumb_display()
