"""The addresses of a public chat, below ``/chat/<slug>``."""

from django.urls import URLPattern, path

from trainingsite.chat import pages
from trainingsite.chat.messages import MessagesView
from trainingsite.chat.quotes import QuoteView
from trainingsite.chat.thumbs import ThumbsView
from trainingsite.chat.visits import VisitView

urlpatterns: list[URLPattern] = [
    path("", pages.page, name="public-chat"),
    path("/embed.js", pages.embed, name="public-chat-embed"),
    path("/visita", VisitView.as_view(), name="public-chat-visit"),
    path("/mensajes", MessagesView.as_view(), name="public-chat-messages"),
    path("/pulgares", ThumbsView.as_view(), name="public-chat-thumbs"),
    path("/proformas/<str:number>.pdf", QuoteView.as_view(), name="public-chat-quote"),
]
