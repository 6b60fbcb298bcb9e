"""What the product itself says on WhatsApp."""

from django.utils.translation import gettext_lazy as _

from rag.assistant import LONGEST_QUESTION

ONLY_TEXT = _("Por ahora solo puedo leer texto. Escríbame, por favor, lo que necesita.")
TOO_LONG = (
    _("Su mensaje es demasiado largo para mí. Cuéntemelo, por favor, en menos de %d caracteres.")
    % LONGEST_QUESTION
)
