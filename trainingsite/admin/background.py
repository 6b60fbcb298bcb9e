"""The queue, to look at only.

Its own pages would let staff write a schedule that calls any function, or run a task again: here
nothing of it is added, changed, deleted or run.
"""

from django.contrib import admin
from django.http import HttpRequest
from django_q import admin as _  # noqa: F401  (registers the pages that are taken back below)
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin

from core.admin.base import ReadOnly, SoundAddress

admin.site.unregister([Schedule, Success, Failure, OrmQ])


class QueueAdmin(SoundAddress, ReadOnly, ModelAdmin):
    actions = None
    show_full_result_count = False


@admin.register(Success, Failure)
class TaskAdmin(QueueAdmin):
    list_display = ["name", "func", "started", "stopped", "attempt_count"]
    search_fields = ["name", "func"]
    fields = ["name", "func", "started", "stopped", "attempt_count", "result"]

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        wanted = self.model is Success
        return super().get_queryset(request).filter(success=wanted)


@admin.register(Schedule)
class ScheduleAdmin(QueueAdmin):
    list_display = ["name", "func", "schedule_type", "next_run"]
    fields = ["name", "func", "schedule_type", "minutes", "repeats", "next_run"]
