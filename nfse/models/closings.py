"""Files that a firm asked for and that work makes: monthly closings and long lists of notes (N18, X4, X5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.fields import EncryptedJSONField, EncryptedTextField
from nfse.models.companies import Company
from nfse.models.firms import Firm


class Package(models.Model):
    """One file, from the request to its end after 30 days. The row stays as history.

    The file holds people's data: it lies encrypted under settings.FILES_ROOT, with a key of its own that is
    kept here (`core.private_files`); without the row nobody opens it.
    """

    class Kind(models.TextChoices):
        CLOSING = "closing", "Fechamento do mês"
        INVOICES = "invoices", "Exportação de notas"

    class State(models.TextChoices):
        QUEUED = "queued", "Na fila"
        MAKING = "making", "Preparando"
        READY = "ready", "Pronto"
        FAILED = "failed", "Falhou"
        EXPIRED = "expired", "Apagado"

    OPEN = (State.QUEUED, State.MAKING)

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="packages")
    kind = models.CharField("tipo", max_length=8, choices=Kind.choices)
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="empresa",
        help_text="null: all of the firm",
    )
    month = models.DateField("mês", null=True, blank=True, help_text="its first day; of a closing")
    filters = EncryptedJSONField(
        "filtro", default=dict, help_text="of a list: RequestFilters; may hold a CPF"
    )
    scope_key = models.CharField(max_length=64, help_text="what it is about: equal for the same question")
    extension = models.CharField(max_length=4)
    state = models.CharField("situação", max_length=7, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField("feitas", default=0)
    total = models.PositiveIntegerField("de", default=0)
    problem = models.CharField("problema", max_length=300, blank=True)

    file_name = models.CharField("arquivo", max_length=120, blank=True)
    file_path = models.CharField(max_length=120, blank=True, help_text="under settings.FILES_ROOT")
    file_key = EncryptedTextField(blank=True)
    file_size = models.PositiveBigIntegerField("bytes", default=0)
    file_sha256 = models.CharField(max_length=64, blank=True, help_text="of what is downloaded")

    counts = models.JSONField("números", default=dict, help_text="closing.counting.Counts.to_dict()")
    changes = models.JSONField("mudanças", default=list, help_text="the first ones since the last closing")
    change_count = models.PositiveIntegerField(default=0)
    manifest = EncryptedJSONField(default=dict, help_text="what the next closing is compared with")

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("pedido em", auto_now_add=True)
    ready_at = models.DateTimeField("pronto em", null=True, blank=True)
    expires_at = models.DateTimeField("apagado em", null=True, blank=True)

    class Meta:
        verbose_name = "pacote"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "kind", "scope_key"],
                condition=Q(state__in=["queued", "making"]),
                name="nfse_package_one_open",
            ),
            models.CheckConstraint(
                condition=Q(kind="closing", month__day=1) | Q(kind="invoices", month__isnull=True),
                name="nfse_package_closing_has_month",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(ready_at__isnull=False, expires_at__isnull=False) & ~Q(file_path=""),
                name="nfse_package_ready_has_file",
            ),
        )
        indexes = (
            models.Index(fields=["firm", "kind", "-created_at"], name="nfse_package_newest"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="nfse_package_to_delete"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
