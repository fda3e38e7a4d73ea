"""Wallets and their entries (O2)."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from core.errors import NitroError
from core.money import format_number
from credits.admin.base import ReadOnlyAdmin, operator_id
from credits.forms import AdjustmentForm
from credits.models import LedgerEntry, Wallet
from credits.services import adjust_credits, thaw_wallet
from credits.services.checking import ask_for_check


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ("account", "emails", "balance", "owed", "last_seq", "frozen_at")
    list_filter = (("frozen_at", admin.EmptyFieldListFilter),)
    search_fields = ("account__name", "account__memberships__user__email")
    list_select_related = ("account",)
    ordering = ("-pk",)
    fields = ("account", "emails", "balance", "owed", "last_seq", "frozen_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        return super().get_queryset(request).prefetch_related("account__memberships__user")

    @admin.display(description="e-mail")
    def emails(self, wallet: Wallet) -> str:
        return ", ".join(membership.user.email for membership in wallet.account.memberships.all())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("conferir/", view(self.prove), name="credits_wallet_check"),
            path("<int:wallet_id>/ajustar/", view(self.adjust), name="credits_wallet_adjust"),
            path("<int:wallet_id>/liberar/", view(self.thaw), name="credits_wallet_thaw"),
            *super().get_urls(),
        ]

    def prove(self, request: HttpRequest) -> HttpResponse:
        """Have the whole ledger proved now, as every night."""
        if request.method == "POST" and self._is_operator(request):
            ask_for_check(actor_id=operator_id(request))
            messages.success(request, "Conferência pedida. Se houver diferença, vai um e-mail.")
        return redirect("admin:credits_wallet_changelist")

    def adjust(self, request: HttpRequest, wallet_id: int) -> HttpResponse:
        """Form, a page that says what will happen, then the adjustment; the form's key makes it one."""
        wallet = get_object_or_404(Wallet.objects.select_related("account"), pk=wallet_id)
        form = AdjustmentForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._adjust_page(request, wallet, form)
        if "confirm" not in request.POST:
            return self._adjust_page(
                request, wallet, form, after=wallet.balance + form.cleaned_data["amount"]
            )
        return self._adjust(request, wallet, form)

    def _adjust(self, request: HttpRequest, wallet: Wallet, form: AdjustmentForm) -> HttpResponse:
        try:
            entry = adjust_credits(
                account_id=wallet.account_id,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                actor_id=operator_id(request),
                operation_key=f"adjustment:{form.cleaned_data['form_key']}",
            )
        except NitroError as error:
            form.add_error(None, error.message)
            return self._adjust_page(request, wallet, form)
        amount, balance = format_number(entry.amount), format_number(entry.balance_after)
        messages.success(request, f"Ajuste de {amount} créditos feito. Saldo após ele: {balance}.")
        return redirect("admin:credits_wallet_change", wallet.pk)

    def _adjust_page(
        self, request: HttpRequest, wallet: Wallet, form: AdjustmentForm, after: int | None = None
    ) -> HttpResponse:
        context = {"wallet": wallet, "form": form, "after": after}
        title = f"Adicionar créditos: {wallet.account.name}"
        return self._page(request, "admin/credits/wallet/adjust.html", title, **context)

    def thaw(self, request: HttpRequest, wallet_id: int) -> HttpResponse:
        """Let a wallet that check_ledger froze spend again."""
        if request.method == "POST" and self._is_operator(request):
            thaw_wallet(wallet_id=wallet_id, actor_id=operator_id(request))
            messages.success(request, "Carteira liberada.")
        return redirect("admin:credits_wallet_change", wallet_id)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "wallet_account",
        "seq",
        "kind",
        "amount",
        "balance_after",
        "owed_after",
        "text",
        "actor",
    )
    list_filter = ("kind", "created_at")
    search_fields = (
        "operation_key",
        "=reference_id",
        "wallet__account__name",
        "wallet__account__memberships__user__email",
    )
    list_select_related = ("wallet__account", "actor")
    ordering = ("-pk",)

    @admin.display(description="conta")
    def wallet_account(self, entry: LedgerEntry) -> str:
        return entry.wallet.account.name
