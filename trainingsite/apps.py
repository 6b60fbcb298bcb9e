from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class TrainingSiteConfig(AppConfig):
    name = "trainingsite"
    verbose_name = _("Sitio")

    def ready(self) -> None:
        from trainingsite import checks  # noqa: F401  (registers the system checks)


class TrainingAdminConfig(AdminConfig):
    default_site = "trainingsite.site.TrainingAdminSite"
