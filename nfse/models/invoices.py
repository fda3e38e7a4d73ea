"""Requests for notes, the notes, and everything that happened to them (N10-N16, R84-R96).

Documents with a person's data (snapshot, payload, XML, answers) are encrypted; bytes come back unchanged.
"""

import base64
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone

from core.crypto import blind_index
from core.fields import EncryptedJSONField, EncryptedTextField
from fiscal.enumerations import Environment, Gateway, NoteStatus
from fiscal.values import NoteSnapshot
from nfse.models.companies import Company, ServiceProfile
from nfse.models.firms import Firm
from nfse.models.phones import AuthorizedPhone, name_actor
from nfse.models.takers import Taker
from nfse.states import OPEN, UNSETTLED, State


def index_issuer(document: str) -> str:
    """Return the hash that stands for an issuer's CNPJ or CPF, which may not be readable (R28)."""
    return blind_index(document, "nfse.issuer.document")


class NumberSeries(models.Model):
    """The last DPS number used. It belongs to the CNPJ or CPF, whichever firm keeps the company (N10, R96).

    The one table of Notas without a firm: two firms with the same company share its numbers, or SEFIN would
    get one number for two notes. No selector reads it.
    """

    issuer_index = models.CharField(max_length=64)
    city_code = models.CharField(max_length=7)
    series = models.PositiveIntegerField()
    environment = models.CharField(max_length=10, choices=Environment.choices())
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "numeração"
        verbose_name_plural = "numerações"
        constraints = (
            models.UniqueConstraint(
                fields=["issuer_index", "city_code", "series", "environment"], name="nfse_series_unique"
            ),
            models.CheckConstraint(condition=Q(series__range=(1, 49_999)), name="nfse_series_range"),
        )

    def __str__(self) -> str:
        return f"series {self.series} of {self.city_code}, {self.environment}"


class InvoiceRequest(models.Model):
    """One confirmed request for one note. Its content and identity never change (trigger), its state does.

    `state` is written by `services.issuing.moving.move` alone. `issuer_index` and `city_code` are the
    issuer's at the confirmation, so that later changes of the company touch no past (R100).
    """

    class Origin(models.TextChoices):
        """Where it was asked: by a phone in a conversation; all others are a user's."""

        HAND = "hand", "Portal"
        CHAT = "chat", "Conversa"
        BATCH = "batch", "Lote"
        RECURRING = "recurring", "Recorrente"
        API = "api", "API"

    class Attention(models.TextChoices):
        """What keeps an open request from going on by itself."""

        NONE = "", "Nada"
        CERTIFICATE = "certificate", "Falta um certificado válido"
        GATEWAY = "gateway", "O emissor recusa as nossas credenciais"
        TAKEN = "taken", "O número já tem uma nota de outro conteúdo"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="invoice_requests")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invoice_requests")
    taker = models.ForeignKey(
        Taker, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_requests"
    )
    service = models.ForeignKey(ServiceProfile, on_delete=models.PROTECT, related_name="+")
    environment = models.CharField("ambiente", max_length=10, choices=Environment.choices())
    gateway = models.CharField("emissor", max_length=10, choices=Gateway.choices())
    origin = models.CharField("origem", max_length=9, choices=Origin.choices)
    state = models.CharField("situação", max_length=12, choices=State.choices(), default=State.QUEUED.value)

    form_key = models.UUIDField("chave do formulário")
    snapshot_data = EncryptedJSONField(help_text="NoteSnapshot.to_dict(), as confirmed")
    content_hash = models.CharField(max_length=64)
    amount = models.DecimalField("valor", max_digits=15, decimal_places=2)
    competence_date = models.DateField("competência")
    taker_name = models.CharField("tomador", max_length=160, blank=True)
    substitutes = models.ForeignKey(
        "nfse.Invoice",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replacing_requests",
        verbose_name="substitui",
    )
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name="no lugar de",
        help_text="the first of the requests that failed, in whose place this one was confirmed",
    )

    issuer_index = models.CharField(max_length=64)
    city_code = models.CharField(max_length=7)
    integration_id = models.CharField(max_length=40, unique=True)
    series = models.PositiveIntegerField("série")
    number = models.PositiveBigIntegerField("número da DPS")
    dps_id = models.CharField("id da DPS", max_length=45, null=True, blank=True)
    layout = models.CharField(max_length=8, blank=True)
    prepared_id = models.CharField(max_length=45, help_text="the idempotency key at the gateway")
    payload_text = EncryptedTextField(help_text="base64 of the bytes that are sent")
    payload_sha256 = models.CharField(max_length=64)

    attempts = models.PositiveIntegerField("envios", default=0)
    asks = models.PositiveIntegerField("consultas", default=0, help_text="since the state last changed")
    absences = models.PositiveSmallIntegerField(default=0, help_text="times in a row that it was not there")
    problems = models.JSONField("motivos", default=list, help_text="RuleProblem.to_dict() of the last answer")
    attention = models.CharField(max_length=12, choices=Attention.choices, blank=True)
    reference = models.JSONField(default=dict, help_text="NoteReference.to_stored() from the gateway")

    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_by_phone = models.ForeignKey(
        AuthorizedPhone, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("confirmada em")
    retry_until = models.DateTimeField(help_text="until then an unavailable gateway is tried again")
    state_changed_at = models.DateTimeField("mudou em")
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "pedido de nota"
        verbose_name_plural = "pedidos de nota"
        constraints = (
            models.UniqueConstraint(fields=["firm", "form_key"], name="nfse_request_form_once"),
            models.UniqueConstraint(
                fields=["environment", "dps_id"],
                condition=Q(dps_id__isnull=False),
                name="nfse_request_dps_id_unique",
            ),
            models.UniqueConstraint(
                fields=["issuer_index", "city_code", "series", "number", "environment"],
                name="nfse_request_number_unique",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values()), name="nfse_request_state_known"),
            models.CheckConstraint(
                condition=Q(environment__in=["production", "staging"]), name="nfse_request_environment"
            ),
            models.CheckConstraint(
                condition=Q(gateway="national", dps_id__isnull=False)
                | Q(gateway="plugnotas", dps_id__isnull=True),
                name="nfse_request_national_has_dps",
            ),
            models.CheckConstraint(condition=Q(series__range=(1, 49_999)), name="nfse_request_series"),
            models.CheckConstraint(condition=Q(number__gt=0), name="nfse_request_number_positive"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="nfse_request_amount_positive"),
            models.CheckConstraint(
                condition=Q(content_hash__regex="^[0-9a-f]{64}$", payload_sha256__regex="^[0-9a-f]{64}$"),
                name="nfse_request_has_hashes",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=False, confirmed_by_phone__isnull=True)
                | Q(confirmed_by__isnull=True, confirmed_by_phone__isnull=False),
                name="nfse_request_one_confirmer",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["hand", "chat", "batch", "recurring", "api"]),
                name="nfse_request_origin_known",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by_phone__isnull=True) | Q(origin="chat"),
                name="nfse_request_phone_by_chat",
            ),
        )
        indexes = (
            # All that the list of notes filters and adds up, so that it reads the index alone.
            models.Index(
                fields=["firm", "-confirmed_at", "-id"],
                include=[
                    *("state", "environment", "amount", "company", "taker"),
                    *("competence_date", "origin", "gateway", "confirmed_by", "confirmed_by_phone"),
                ],
                name="nfse_request_newest",
            ),
            models.Index(
                fields=["firm", "-state_changed_at"],
                include=["state"],
                condition=Q(state__in=sorted(state.value for state in UNSETTLED)),
                name="nfse_request_unsettled",
            ),
            models.Index(fields=["firm", "company", "-confirmed_at"], name="nfse_request_of_company"),
            models.Index(fields=["company", "retry_until"], name="nfse_request_last_try"),
            models.Index(fields=["firm", "competence_date", "state"], name="nfse_request_by_month"),
            models.Index(
                fields=["state_changed_at"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="nfse_request_open",
            ),
            models.Index(
                KT("reference__provider_id"),
                condition=Q(gateway="plugnotas"),
                name="nfse_request_provider_id",
            ),
        )

    def __str__(self) -> str:
        return f"request {self.pk} ({self.state})"

    @property
    def snapshot(self) -> NoteSnapshot:
        """The content as confirmed."""
        return NoteSnapshot.from_dict(self.snapshot_data)

    @property
    def issuer_document(self) -> str:
        """The issuer's CNPJ or CPF as confirmed; of the snapshot, which is encrypted."""
        return str(self.snapshot_data["issuer"]["document"])

    @property
    def payload(self) -> bytes:
        """The bytes that are sent at each try: the signed DPS, or the JSON for PlugNotas."""
        return base64.b64decode(self.payload_text)

    @payload.setter
    def payload(self, data: bytes) -> None:
        self.payload_text = base64.b64encode(data).decode()

    @property
    def confirmer_name(self) -> str:
        """Who said yes, for people."""
        return name_actor(self.confirmed_by, self.confirmed_by_phone)

    @property
    def is_test(self) -> bool:
        return self.environment != Environment.PRODUCTION


class Invoice(models.Model):
    """A note that exists at the authority. Its facts are read from there, never assumed (R88)."""

    request = models.OneToOneField(InvoiceRequest, on_delete=models.PROTECT, related_name="invoice")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="invoices")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invoices")
    environment = models.CharField("ambiente", max_length=10, choices=Environment.choices())
    access_key = models.CharField("chave de acesso", max_length=50, blank=True)
    number = models.CharField("número da NFS-e", max_length=20)
    verification_code = models.CharField("código de verificação", max_length=60, blank=True)
    reference = models.JSONField(help_text="NoteReference.to_stored()")
    status = models.CharField(
        "situação", max_length=16, choices=NoteStatus.choices(), default=NoteStatus.AUTHORIZED.value
    )
    status_facts = models.JSONField(default=dict, help_text="NoteState.to_dict() as last read")
    replaced_by_key = models.CharField("substituída por", max_length=50, blank=True)
    issued_at = models.DateTimeField("emitida em")
    competence_date = models.DateField("competência")
    amount = models.DecimalField("valor", max_digits=15, decimal_places=2)
    net_amount = models.DecimalField("líquido", max_digits=15, decimal_places=2, null=True, blank=True)
    iss_amount = models.DecimalField("ISS", max_digits=15, decimal_places=2, null=True, blank=True)
    xml_text = EncryptedTextField(blank=True, help_text="base64 of the XML as received; empty until fetched")
    is_adopted = models.BooleanField("encontrada depois de dúvida", default=False)
    alerts = models.JSONField("alertas", default=list)
    cancel_reason_code = models.CharField(max_length=1, blank=True)
    cancel_reason_text = models.CharField("motivo", max_length=255, blank=True)
    cancel_by_analysis = models.BooleanField("por análise fiscal", default=False)
    cancel_sent_at = models.DateTimeField("cancelamento enviado em", null=True, blank=True)
    cancel_problems = models.JSONField(default=list)
    events_read_at = models.DateTimeField("eventos lidos em", null=True, blank=True)
    read_next_at = models.DateTimeField("próxima leitura", null=True, blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "nota"
        constraints = (
            models.UniqueConstraint(
                fields=["environment", "access_key"],
                condition=~Q(access_key=""),
                name="nfse_invoice_key_unique",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="nfse_invoice_has_number"),
            models.CheckConstraint(
                condition=Q(cancel_reason_code__in=["", "1", "2", "9"]), name="nfse_invoice_cancel_reason"
            ),
        )
        indexes = (
            models.Index(
                fields=["firm", "-issued_at"],
                include=["request", "environment", "company"],
                name="nfse_invoice_newest",
            ),
            models.Index(fields=["firm", "number"], name="nfse_invoice_by_number"),
            models.Index(fields=["firm", "company", "competence_date"], name="nfse_invoice_of_company"),
            models.Index(fields=["read_next_at"], name="nfse_invoice_read_next"),
        )

    def __str__(self) -> str:
        return f"note {self.number} of company {self.company_id}"

    @property
    def issued_when(self) -> date | datetime:
        """When it was issued, as far as known: PlugNotas tells a day, never a time (plugnotas.md 7)."""
        if self.request.gateway == Gateway.PLUGNOTAS:
            return timezone.localdate(self.issued_at)
        return self.issued_at

    @property
    def xml(self) -> bytes:
        """The XML as received from the authority; empty until it was fetched."""
        return base64.b64decode(self.xml_text)

    @xml.setter
    def xml(self, data: bytes) -> None:
        self.xml_text = base64.b64encode(data).decode()


class RequestEvent(models.Model):
    """One line of a request's history, written with each change of state. Append-only by trigger (R88)."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(InvoiceRequest, on_delete=models.PROTECT, related_name="history")
    event = models.CharField("acontecimento", max_length=40)
    from_state = models.CharField(max_length=12, choices=State.choices(), blank=True)
    to_state = models.CharField(max_length=12, choices=State.choices())
    detail = models.CharField("detalhe", max_length=500, blank=True)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_phone = models.ForeignKey(
        AuthorizedPhone, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("quando", default=timezone.now)

    class Meta:
        verbose_name = "histórico do pedido"
        constraints = (
            models.CheckConstraint(
                condition=Q(actor__isnull=True) | Q(actor_phone__isnull=True), name="nfse_history_one_actor"
            ),
        )
        indexes = (models.Index(fields=["request", "id"], name="nfse_history_of_request"),)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.from_state} → {self.to_state} ({self.event})"

    @property
    def actor_name(self) -> str:
        """Who did it, for people; "" when it was Nitro itself."""
        return name_actor(self.actor, self.actor_phone)


class GatewayExchange(models.Model):
    """One answer of a gateway, as text of at most 8 KB, for the accountant and operators."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(InvoiceRequest, on_delete=models.PROTECT, related_name="exchanges")
    gateway = models.CharField(max_length=10)
    operation = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField("HTTP")
    text = EncryptedTextField(blank=True)
    created_at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "resposta do emissor"
        verbose_name_plural = "respostas do emissor"
        indexes = (models.Index(fields=["request", "id"], name="nfse_exchange_of_request"),)

    def __str__(self) -> str:
        return f"{self.operation} {self.status}"


class NoteEvent(models.Model):
    """One registered event of a note, ours or not, with its XML as received (N16)."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="events")
    code = models.CharField("código", max_length=6)
    event_id = models.CharField(max_length=80)
    sequence = models.PositiveSmallIntegerField(default=1)
    processed_at = models.DateTimeField("registrado em", null=True, blank=True)
    facts = models.JSONField(help_text="NoteEventFact.to_dict()")
    xml_text = EncryptedTextField(blank=True, help_text="base64 of the event's XML")
    created_at = models.DateTimeField("lido em", auto_now_add=True)

    class Meta:
        verbose_name = "evento da nota"
        verbose_name_plural = "eventos da nota"
        constraints = (
            models.UniqueConstraint(
                fields=["invoice", "code", "event_id", "sequence"], name="nfse_event_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} of note {self.invoice_id}"

    @property
    def xml(self) -> bytes:
        return base64.b64decode(self.xml_text)
