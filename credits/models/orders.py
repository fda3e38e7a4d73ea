"""Purchases of credits paid through Stripe, and payments that were given back or disputed (C7, C8, C11)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Account
from credits.models.catalog import Catalog
from credits.models.ledger import LedgerEntry

CURRENCY = "brl"


class Order(models.Model):
    """Credits that an account wants to buy. Quantity and price are those of its creation, for ever (R13)."""

    class State(models.TextChoices):
        CREATED = "created", "Aguardando pagamento"
        AWAITING_PAYMENT = "awaiting_payment", "Aguardando compensação"
        PAID = "paid", "Pago"
        FAILED = "failed", "Não concluído"
        EXPIRED = "expired", "Vencido"
        REFUNDED = "refunded", "Devolvido"
        DISPUTED = "disputed", "Contestado"

    class Method(models.TextChoices):
        CARD = "card", "Cartão"
        BOLETO = "boleto", "Boleto"
        PIX = "pix", "Pix"

    OPEN: ClassVar[tuple[str, ...]] = (State.CREATED, State.AWAITING_PAYMENT)
    SETTLED: ClassVar[tuple[str, ...]] = (State.PAID, State.REFUNDED, State.DISPUTED)

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="credit_orders", verbose_name="conta"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="pedido por"
    )
    form_key = models.UUIDField("chave do formulário")
    credits = models.PositiveIntegerField("créditos")
    cents = models.PositiveIntegerField("valor em centavos")
    currency = models.CharField("moeda", max_length=3, default=CURRENCY)
    catalog = models.ForeignKey(
        Catalog, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="catálogo"
    )
    state = models.CharField("situação", max_length=16, choices=State.choices, default=State.CREATED)
    reason = models.CharField("motivo", max_length=300, blank=True)
    session_id = models.CharField("sessão na Stripe", max_length=255, blank=True)
    session_url = models.TextField("endereço do pagamento", blank=True)
    session_deadline = models.DateTimeField("pagamento aberto até")
    payment_intent_id = models.CharField("pagamento na Stripe", max_length=255, blank=True)
    methods = models.JSONField("meios oferecidos", default=list)
    method = models.CharField("meio", max_length=10, choices=Method.choices, blank=True)
    voucher_url = models.TextField("boleto ou Pix", blank=True)
    pay_until = models.DateTimeField("pagar até", null=True, blank=True)
    opened_at = models.DateTimeField("pagamento aberto em", null=True, blank=True)
    checked_at = models.DateTimeField("conferido em", null=True, blank=True)
    paid_at = models.DateTimeField("pago em", null=True, blank=True)
    purchase = models.OneToOneField(
        LedgerEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order",
        verbose_name="lançamento",
    )
    seller = models.JSONField(
        "vendedor", null=True, blank=True, editable=False, help_text="quem vendeu, como estava ao ser pago"
    )
    created_at = models.DateTimeField("criado em", db_default=Now())

    class Meta:
        verbose_name = "pedido de créditos"
        verbose_name_plural = "pedidos de créditos"
        constraints = (
            models.UniqueConstraint(fields=["account", "form_key"], name="credits_order_form_once"),
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="credits_order_session_once"
            ),
            models.UniqueConstraint(
                fields=["payment_intent_id"],
                condition=~Q(payment_intent_id=""),
                name="credits_order_payment_once",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=1, cents__gte=1, currency=CURRENCY), name="credits_order_costs"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("paid", "refunded", "disputed"), purchase__isnull=False, paid_at__isnull=False
                )
                | Q(
                    state__in=("created", "awaiting_payment", "failed", "expired"),
                    purchase__isnull=True,
                    paid_at__isnull=True,
                ),
                name="credits_order_paid_has_purchase",
            ),
        )
        indexes = (
            models.Index(
                fields=["session_deadline"],
                condition=Q(state__in=("created", "awaiting_payment")),
                name="credits_order_open",
            ),
        )

    def __str__(self) -> str:
        return f"Pedido {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_settled(self) -> bool:
        """Whether its credits were granted, whatever became of the payment later."""
        return self.state in self.SETTLED


class PaymentRefund(models.Model):
    """Money that goes back to the buyer: one refund at Stripe, or one that an operator asked for (C11)."""

    class Status(models.TextChoices):
        ASKED = "asked", "Pedida"
        PENDING = "pending", "Em andamento"
        REQUIRES_ACTION = "requires_action", "Espera o comprador"
        SUCCEEDED = "succeeded", "Feita"
        FAILED = "failed", "Falhou"
        CANCELED = "canceled", "Cancelada"

    ON_ITS_WAY: ClassVar[tuple[str, ...]] = (Status.PENDING, Status.REQUIRES_ACTION)
    GIVEN_UP: ClassVar[tuple[str, ...]] = (Status.FAILED, Status.CANCELED)

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payment_refunds")
    refund_id = models.CharField("devolução na Stripe", max_length=255, blank=True)
    cents = models.PositiveIntegerField("centavos")
    status = models.CharField("situação", max_length=15, choices=Status.choices)
    is_taken = models.BooleanField("créditos retirados", default=False)
    is_returned = models.BooleanField("créditos devolvidos", default=False)
    form_key = models.UUIDField(null=True, blank=True, unique=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField("motivo", max_length=200, blank=True)
    created_at = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "devolução"
        verbose_name_plural = "devoluções"
        constraints = (
            models.UniqueConstraint(
                fields=["refund_id"], condition=~Q(refund_id=""), name="credits_payment_refund_once"
            ),
            models.CheckConstraint(condition=Q(cents__gte=1), name="credits_payment_refund_moves"),
            models.CheckConstraint(
                condition=Q(is_returned=False) | Q(is_taken=True),
                name="credits_payment_refund_takes_first",
            ),
        )

    def __str__(self) -> str:
        return f"Devolução {self.pk} do pedido {self.order_id}"

    @property
    def request_key(self) -> str:
        """What an operator's request is called at Stripe: its idempotency key, and a mark on the refund."""
        return f"refund-{self.pk}"

    @property
    def is_gone(self) -> bool:
        """Whether the money is with the payer, or on its way there."""
        return self.status not in self.GIVEN_UP


class Dispute(models.Model):
    """A payment that its payer disputes at the bank: one taking and one return of credits (C11)."""

    ENDED_WELL: ClassVar[tuple[str, ...]] = ("won", "warning_closed", "prevented")
    ENDED: ClassVar[tuple[str, ...]] = (*ENDED_WELL, "lost")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="disputes")
    dispute_id = models.CharField("contestação na Stripe", max_length=255, unique=True)
    cents = models.PositiveIntegerField("centavos")
    status = models.CharField("situação", max_length=30)
    reason = models.CharField("motivo", max_length=60, blank=True)
    is_taken = models.BooleanField("créditos retirados", default=False)
    is_returned = models.BooleanField("créditos devolvidos", default=False)
    created_at = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "contestação"
        verbose_name_plural = "contestações"
        constraints = (
            models.CheckConstraint(
                condition=Q(is_returned=False) | Q(is_taken=True), name="credits_dispute_takes_first"
            ),
        )

    def __str__(self) -> str:
        return f"Contestação {self.dispute_id}"

    @property
    def is_gone(self) -> bool:
        """Whether the bank holds the money: disputed still, or lost."""
        return self.status not in self.ENDED_WELL
