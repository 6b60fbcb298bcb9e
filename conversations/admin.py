"""Stock pages of this room. The conversations list crosses rooms: ``trainingsite.admin``."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import CatalogueEntry, ChatRating, Thumb
from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ScopedAdmin):
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
