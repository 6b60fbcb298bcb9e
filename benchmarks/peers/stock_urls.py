"""The conversations in Django's own admin list and in a plain ModelViewSet of DRF."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

from conversations.models import Conversation

NEWEST_FIRST = ["-created_at", "-pk"]


class StockAdmin(admin.ModelAdmin):
    list_display = ["question", "stars", "answer", "stage", "category", "domain", "created_at"]
    list_filter = ["domain", "stars", "stage", "origin", "category", "created_at"]
    list_select_related = ["domain"]
    search_fields = ["question", "answer"]
    ordering = NEWEST_FIRST


class StockSerializer(ModelSerializer):
    class Meta:
        model = Conversation
        fields = ["id", "question", "answer", "context", "documents", "model", "tokens"]
        fields += ["milliseconds", "stars", "feedback", "user", "client_id", "loan_id"]
        fields += ["payment_id", "instalment_id", "created_at", "updated_at"]


class StockViewSet(ModelViewSet):
    queryset = Conversation.objects.order_by(*NEWEST_FIRST)
    serializer_class = StockSerializer


site = admin.AdminSite(name="admin")
site.register(Conversation, StockAdmin)
router = SimpleRouter()
router.register("conversations", StockViewSet)

urlpatterns = [path("admin/", site.urls), path("api/", include(router.urls))]
