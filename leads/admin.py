"""What operators see of searches and exports (O5, L26, L27). Nothing changes here."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from credits.admin import ReadOnlyAdmin
from leads.models import ExportAudit, Search, SearchPage
from leads.selectors.searches import with_counts

if TYPE_CHECKING:
    from leads.selectors.searches import CountedSearch


class PageInline(admin.TabularInline):
    """Pages asked of the map, with what failed."""

    model = SearchPage
    fields = ("provider", "number", "status", "place_count", "new_count", "error", "fetched_at")
    ordering = ("provider", "number")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Search)
class SearchAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "niche", "city", "status", "reason", "came", "calls", "created_at")
    list_filter = ("status", "reason", "has_gaps")
    list_select_related = ("account", "niche", "city")
    search_fields = ("=id", "account__name", "niche__name")
    ordering = ("-pk",)
    inlines = (PageInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Search]:
        return with_counts(super().get_queryset(request))

    @admin.display(description="entregues / pedidas")
    def came(self, search: "CountedSearch") -> str:
        return f"{search.delivered_count} / {search.quantity}"

    @admin.display(description="consultas / limite")
    def calls(self, search: Search) -> str:
        return f"{search.calls_made} / {search.calls_allowed}"


@admin.register(ExportAudit)
class ExportAuditAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "account", "user", "search", "row_count", "file_name")
    list_select_related = ("account", "user", "search")
    search_fields = ("account__name", "user__email", "file_name")
    ordering = ("-pk",)
