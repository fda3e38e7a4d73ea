"""Orders and what became of their payments (O3, C11)."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from core.errors import NitroError
from core.money import format_brl
from credits.admin.base import ReadOnlyAdmin, operator_id
from credits.admin.forms import RefundForm
from credits.errors import UnknownOrder
from credits.models import Dispute, Order, PaymentRefund
from credits.services.reconciling import ask_about_order
from credits.services.refunding import count_refundable, request_refund


class MoneyAdmin(ReadOnlyAdmin):
    """A row with cents, shown as R$."""

    @admin.display(description="valor", ordering="cents")
    def value(self, row: Order | PaymentRefund | Dispute) -> str:
        return format_brl(row.cents)


@admin.register(Order)
class OrderAdmin(MoneyAdmin):
    list_display = ("id", "created_at", "account", "credits", "value", "state", "method", "paid_at")
    list_filter = ("state", "method", "created_at")
    search_fields = ("=id", "user__email", "=session_id", "=payment_intent_id", "account__name")
    list_select_related = ("account",)
    ordering = ("-pk",)
    exclude = ("form_key", "session_url", "voucher_url")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:order_id>/conferir/", view(self.ask_stripe), name="credits_order_check"),
            path("<int:order_id>/devolver/", view(self.refund), name="credits_order_refund"),
            *super().get_urls(),
        ]

    def ask_stripe(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Have Stripe asked about the payment, and settle what it says (O3)."""
        if request.method == "POST" and self._is_operator(request):
            try:
                ask_about_order(order_id=order_id, actor_id=operator_id(request))
            except UnknownOrder as error:
                raise Http404(error.message) from error
            messages.success(request, "Pedido de conferência feito. Recarregue em instantes.")
        return redirect("admin:credits_order_change", order_id)

    def refund(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Give the payment back through Stripe, whole or in part; the form's key makes it one refund."""
        order = get_object_or_404(Order.objects.select_related("account"), pk=order_id)
        left = count_refundable(order) if order.is_settled else 0
        form = RefundForm(request.POST or None, initial={"amount": format_brl(left)})
        if request.method == "POST" and form.is_valid():
            try:
                request_refund(
                    order_id=order_id,
                    cents=form.cleaned_data["amount"],
                    reason=form.cleaned_data["reason"],
                    form_key=form.cleaned_data["form_key"],
                    actor_id=operator_id(request),
                )
            except NitroError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, "Devolução pedida à Stripe. Os créditos saem quando ela responder.")
                return redirect("admin:credits_order_change", order_id)
        context = {"order": order, "form": form, "left": left}
        return self._page(
            request, "admin/credits/order/refund.html", f"Devolver o pedido {order.pk}", **context
        )


@admin.register(PaymentRefund)
class PaymentRefundAdmin(MoneyAdmin):
    list_display = (
        "id",
        "order",
        "value",
        "status",
        "is_taken",
        "is_returned",
        "actor",
        "reason",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("=refund_id", "=order__id")
    list_select_related = ("order", "actor")
    ordering = ("-pk",)
    exclude = ("form_key",)


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    list_display = (
        "dispute_id",
        "order",
        "value",
        "status",
        "reason",
        "is_taken",
        "is_returned",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("=dispute_id", "=order__id")
    list_select_related = ("order",)
    ordering = ("-pk",)
