"""Operators see who is who; people change their own data, and money changes in credits."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Account, AccountEmail, Membership, User


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    can_delete = False
    raw_id_fields = ("user", "account")
    readonly_fields = ("created_at",)

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:  # noqa: ARG002
        return False


class AccountEmailInline(admin.TabularInline):
    model = AccountEmail
    extra = 0
    readonly_fields = ("template", "requested_at", "sent_at")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:  # noqa: ARG002
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "full_name", "email_confirmed_at", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "full_name")
    ordering = ("-date_joined",)
    fields = (
        ("email", "full_name", "phone"),
        ("is_active", "is_staff", "is_superuser"),
        ("email_confirmed_at", "terms_accepted_at", "date_joined", "last_login"),
    )
    readonly_fields = ("email_confirmed_at", "terms_accepted_at", "date_joined", "last_login")
    inlines = (MembershipInline, AccountEmailInline)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Nobody grants a role above their own (R102)."""
        is_superuser = getattr(request.user, "is_superuser", False)
        return self.readonly_fields if is_superuser else (*self.readonly_fields, "is_staff", "is_superuser")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """People sign up by themselves; operators come from `createsuperuser`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        """Purchases and ledger hang on users for ever (R11): close them instead."""
        return False


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "blocked_at", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "memberships__user__email")
    fields = ("name", "kind", "blocked_at", "created_at")
    readonly_fields = ("kind", "created_at")
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:  # noqa: ARG002
        return False
