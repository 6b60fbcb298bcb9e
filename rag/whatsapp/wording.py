"""What the product itself says on WhatsApp."""

from django.utils.translation import gettext_lazy as _

ONLY_TEXT = _("Por ahora solo puedo leer texto. Escríbame, por favor, lo que necesita.")
TOO_LONG = _(
    "Su mensaje es demasiado largo para mí. Cuéntemelo, por favor, en menos de %d caracteres."
)
