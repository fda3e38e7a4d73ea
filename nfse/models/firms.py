"""The accounting firm, tenant of Notas, and the invitations to its team (A7, A8, A27)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account, Membership
from registry.models import Addressed

CNPJ_SHAPE = r"^[0-9A-Z]{12}[0-9]{2}$"


class Firm(Addressed):
    """One accounting firm. Its account is billed; its people are the memberships of that account."""

    class ChatCancellation(models.TextChoices):
        """What happens when a client asks in the chat to cancel a note (N14)."""

        ASK_FIRM = "ask_firm", "Perguntar à contabilidade"
        ALLOWED = "allowed", "Permitir direto"
        OFF = "off", "Não permitir"

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="firm")
    document = models.CharField("CNPJ", max_length=14)
    legal_name = models.CharField("razão social", max_length=160)
    trade_name = models.CharField("nome fantasia", max_length=160, blank=True)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField("telefone", max_length=16, blank=True, help_text="E.164")
    city = models.ForeignKey(
        "registry.City", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="cidade"
    )
    chat_cancellation = models.CharField(
        "cancelamento pelo chat",
        max_length=8,
        choices=ChatCancellation.choices,
        default=ChatCancellation.ASK_FIRM,
    )
    warn_clients_of_expiry = models.BooleanField(
        "avisar clientes do vencimento do certificado", default=False
    )
    daily_digest = models.BooleanField("resumo diário por e-mail", default=False)
    business_hours = models.JSONField("horário de atendimento", default=dict, blank=True)
    logo_version = models.CharField(
        "logo", max_length=16, blank=True, help_text="names the picture of FirmLogo; empty without one"
    )
    is_active = models.BooleanField("ativa", default=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "contabilidade"
        constraints = (
            models.UniqueConstraint(fields=["document"], name="nfse_firm_document_unique"),
            models.CheckConstraint(
                condition=models.Q(document__regex=CNPJ_SHAPE), name="nfse_firm_document_shape"
            ),
        )

    def __str__(self) -> str:
        return self.legal_name

    @property
    def display_name(self) -> str:
        return self.trade_name or self.legal_name


class Invite(models.Model):
    """An invitation to the team. The link's token is made when the e-mail is sent; none is stored."""

    class Letter(models.TextChoices):
        """What became of the latest e-mail with the link."""

        WAITING = "waiting", "E-mail saindo"
        SENT = "sent", "E-mail enviado"
        FAILED = "failed", "E-mail não entregue"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="invites")
    email = models.EmailField("e-mail")
    role = models.CharField("papel", max_length=10, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    expires_at = models.DateTimeField("vence em")
    accepted_at = models.DateTimeField("aceito em", null=True, blank=True)
    revoked_at = models.DateTimeField("retirado em", null=True, blank=True)
    letter = models.CharField("e-mail", max_length=7, choices=Letter.choices, default=Letter.WAITING)
    letter_asked_at = models.DateTimeField("e-mail pedido em", default=timezone.now)

    class Meta:
        verbose_name = "convite"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="nfse_invite_one_open_per_email",
            ),
            models.CheckConstraint(
                condition=models.Q(email__contains="@", email=Lower("email")), name="nfse_invite_email_real"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "accountant", "attendant"]), name="nfse_invite_role"
            ),
        )

    def __str__(self) -> str:
        return f"invite {self.pk} of firm {self.firm_id}"

    @property
    def is_open(self) -> bool:
        """Neither accepted nor withdrawn; it may have ended."""
        return self.accepted_at is None and self.revoked_at is None
