"""The ledger: wallets, their entries, and the tariff. Triggers of migration 0002 keep them as written."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Account


class Wallet(models.Model):
    """Balance of one account: a cached sum of its entries. Changed only together with an entry (R1, R2)."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="wallet", verbose_name="conta"
    )
    balance = models.BigIntegerField("saldo", default=0)
    owed = models.BigIntegerField(
        "a acertar", default=0, help_text="devolvido depois de gasto; impede novos gastos"
    )
    last_seq = models.BigIntegerField("último lançamento", default=0)
    frozen_at = models.DateTimeField(
        "congelada em", null=True, blank=True, help_text="a conferência achou uma diferença; nada é gasto"
    )
    tells_low_balance = models.BooleanField(
        "avisa por e-mail do saldo baixo", default=False, db_default=False, help_text="ligado pelo comprador"
    )
    low_balance_seen_seq = models.BigIntegerField(
        default=0, help_text="entry after which the low balance was last pointed out"
    )

    class Meta:
        verbose_name = "carteira"
        constraints = (
            models.CheckConstraint(condition=Q(balance__gte=0), name="credits_wallet_balance_not_negative"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="credits_wallet_owed_not_negative"),
            models.CheckConstraint(condition=Q(owed=0) | Q(balance=0), name="credits_wallet_settles_first"),
        )

    def __str__(self) -> str:
        return f"Carteira da conta {self.account_id}"

    @property
    def is_stopped(self) -> bool:
        """Whether nothing may be spent now: the account is blocked, owes, or is under examination."""
        return self.account.blocked_at is not None or self.frozen_at is not None or self.owed > 0


class LedgerEntry(models.Model):
    """One change of a balance, written once and never changed; a correction is a new entry (R1)."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", "Compra"
        SPEND = "spend", "Uso"
        REFUND = "refund", "Estorno"
        ADJUSTMENT = "adjustment", "Ajuste"
        REVERSAL = "reversal", "Reversão de pagamento"
        DEBT_SETTLEMENT = "debt_settlement", "Acerto de dívida"

    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="entries", db_index=False, verbose_name="carteira"
    )
    seq = models.BigIntegerField("nº")
    kind = models.CharField("tipo", max_length=15, choices=Kind.choices)
    amount = models.BigIntegerField("créditos")
    balance_after = models.BigIntegerField("saldo após")
    owed_change = models.BigIntegerField("mudança do que há a acertar", default=0, db_default=0)
    owed_after = models.BigIntegerField("a acertar após", default=0, db_default=0)
    operation_key = models.CharField("chave da operação", max_length=120)
    payload_hash = models.CharField("conteúdo da operação", max_length=64)
    refunds = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_entries",
        db_index=False,
        verbose_name="estorna",
    )
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal_entries",
        db_index=False,
        verbose_name="devolve a compra",
    )
    reference_type = models.CharField("tipo de referência", max_length=30)
    reference_id = models.CharField("referência", max_length=64)
    text = models.CharField("descrição", max_length=200, help_text="sem dados pessoais")
    tariff_version = models.PositiveIntegerField("versão da tarifa", null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="autor",
    )
    created_at = models.DateTimeField("data e hora", db_default=Now())

    class Meta:
        verbose_name = "lançamento"
        constraints = (
            models.UniqueConstraint(fields=["wallet", "operation_key"], name="credits_entry_key_unique"),
            models.UniqueConstraint(fields=["wallet", "seq"], name="credits_entry_seq_unique"),
            models.UniqueConstraint(
                fields=["refunds"], condition=Q(kind="refund"), name="credits_entry_one_refund_per_entry"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["purchase", "spend", "refund", "adjustment", "reversal", "debt_settlement"]
                ),
                name="credits_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) | Q(owed_change__gt=0), name="credits_entry_amount_not_zero"
            ),
            models.CheckConstraint(condition=Q(owed_after__gte=0), name="credits_entry_owed_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="debt_settlement", owed_change=F("amount"))
                | Q(kind="reversal", owed_change=0)
                | Q(kind="reversal", owed_change__gt=0, amount__lte=0)
                | (~Q(kind__in=["reversal", "debt_settlement"]) & Q(owed_change=0)),
                name="credits_entry_owed_follows_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="credits_entry_reversal_names_purchase",
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0), name="credits_entry_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["spend", "debt_settlement"]) | Q(amount__lt=0),
                name="credits_entry_spend_takes",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["purchase", "refund"]) | Q(amount__gt=0),
                name="credits_entry_grant_gives",
            ),
            models.CheckConstraint(
                condition=Q(kind="refund", refunds__isnull=False)
                | (~Q(kind="refund") & Q(refunds__isnull=True)),
                name="credits_entry_refund_names_debit",
            ),
            models.CheckConstraint(
                condition=~Q(kind="adjustment") | Q(actor__isnull=False),
                name="credits_entry_adjustment_has_actor",
            ),
            models.CheckConstraint(
                condition=~Q(operation_key="") & ~Q(text="") & ~Q(reference_type="") & ~Q(reference_id=""),
                name="credits_entry_explained",
            ),
        )
        indexes = (
            models.Index(fields=["reference_type", "reference_id"], name="credits_entry_reference"),
            models.Index(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="credits_entry_reversals"
            ),
        )

    def __str__(self) -> str:
        return f"Lançamento {self.seq} da carteira {self.wallet_id}: {self.amount:+d}"


class Tariff(models.Model):
    """Price of one action in one version of the tariff. A change writes a whole new version (C2)."""

    class Action(models.TextChoices):
        LEAD = "lead", "Empresa encontrada por busca"
        PARTNERS = "partners", "Sócios de uma empresa"
        PARTNER_CONTACTS = "partner_contacts", "Contatos de um sócio"
        QUICK_CNPJ = "quick_cnpj", "Consulta rápida de CNPJ"
        QUICK_CPF = "quick_cpf", "Consulta rápida de CPF"
        INVOICE_ISSUED = "invoice_issued", "Nota fiscal emitida"

    version = models.PositiveIntegerField("versão")
    action = models.CharField("ação", max_length=20, choices=Action.choices)
    credits = models.PositiveIntegerField("créditos")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="autor",
    )
    created_at = models.DateTimeField("desde", db_default=Now())

    class Meta:
        verbose_name = "preço da tarifa"
        verbose_name_plural = "tarifa"
        constraints = (
            models.UniqueConstraint(fields=["action", "version"], name="credits_tariff_price_unique"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} na tarifa {self.version}: {self.credits}"
