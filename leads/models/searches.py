"""A search: what was asked, what was tried, how it ended. Counts of deliveries come from LeadAccess (R3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Account
from leads.models.catalog import Niche
from leads.models.companies import LeadCompany
from leads.models.places import Place
from registry.models.catalog import City


class Search(models.Model):
    """One request: niche, city, quantity (L6, L12)."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Na fila"
        RUNNING = "running", "Buscando"
        COMPLETED = "completed", "Concluída"
        PARTIAL = "partial", "Parcial"
        FAILED = "failed", "Falhou"
        CANCELED = "canceled", "Cancelada"

    class Reason(models.TextChoices):
        """Why fewer companies than asked came."""

        EXHAUSTED = "exhausted", "Não achamos mais empresas novas deste nicho nesta cidade."
        BUDGET = "budget", "A busca chegou ao limite de consultas. Você pagou só pelo que recebeu."
        CREDITS = "credits", "Seu saldo acabou no meio da busca."
        PROVIDER = "provider", "O buscador ficou fora do ar. Você pagou só pelo que recebeu."
        DEADLINE = "deadline", "A busca passou do tempo máximo. Você pagou só pelo que recebeu."
        CANCELED = "canceled", "Você cancelou a busca. O que já chegou continua seu."

    NOTHING_CAME = {
        Reason.EXHAUSTED: "Não encontramos empresas confirmadas deste nicho nesta cidade.",
        Reason.BUDGET: "A busca chegou ao limite de consultas sem confirmar nenhuma empresa.",
        Reason.CREDITS: "Seu saldo acabou antes da primeira empresa.",
        Reason.PROVIDER: "O buscador ficou fora do ar antes da primeira empresa.",
        Reason.DEADLINE: "A busca passou do tempo máximo antes da primeira empresa.",
        Reason.CANCELED: "Você cancelou a busca antes da primeira empresa.",
    }
    """The sentence of each reason when not one company came."""

    FINAL = (Status.COMPLETED, Status.PARTIAL, Status.FAILED, Status.CANCELED)

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="searches")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    niche = models.ForeignKey(Niche, on_delete=models.PROTECT, related_name="+", verbose_name="nicho")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name="cidade")
    quantity = models.PositiveIntegerField("quantidade")
    include_owned = models.BooleanField("incluir empresas que já tenho", default=False)
    only_with_phone = models.BooleanField("somente com telefone", default=False)
    unit_price = models.PositiveIntegerField("créditos por empresa", help_text="shown and confirmed (R9)")
    tariff_version = models.PositiveIntegerField("versão da tarifa", help_text="of that price")
    form_key = models.UUIDField(unique=True, help_text="the same submitted form makes one search")

    status = models.CharField("estado", max_length=9, choices=Status.choices, default=Status.QUEUED)
    reason = models.CharField("motivo", max_length=9, choices=Reason.choices, blank=True)
    found_count = models.PositiveIntegerField("lugares encontrados", default=0)
    checked_count = models.PositiveIntegerField("lugares verificados", default=0)
    drops = models.JSONField("descartes por motivo", default=dict)
    calls_allowed = models.PositiveIntegerField("limite de consultas")
    calls_made = models.PositiveIntegerField("consultas feitas", default=0)
    waits = models.PositiveSmallIntegerField("esperas por buscador fora do ar", default=0)
    has_gaps = models.BooleanField(
        "houve falha de buscador", default=False, help_text="a page or place could not be checked (R45)"
    )
    created_at = models.DateTimeField("criada em", auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField("arquivada em", null=True)

    class Meta:
        verbose_name = "busca"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1), name="leads_search_quantity_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=False) | models.Q(status__in=["queued", "running"]),
                name="leads_search_final_has_time",
            ),
        )
        indexes = (
            models.Index(fields=["account", "-created_at"], name="leads_search_by_account"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(status__in=["queued", "running"]),
                name="leads_search_open",
            ),
        )

    def __str__(self) -> str:
        return f"search {self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status in self.FINAL


class SearchPage(models.Model):
    """One page asked of a place provider. A failed page does not lose the others (R45).

    `failed` may be asked again; `refused` is for good.
    """

    class Status(models.TextChoices):
        FETCHED = "fetched", "Recebida"
        FAILED = "failed", "Falhou"
        REFUSED = "refused", "Recusada"

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="pages")
    provider = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=7, choices=Status.choices)
    place_count = models.PositiveSmallIntegerField(default=0)
    new_count = models.PositiveSmallIntegerField(default=0)
    is_last = models.BooleanField(default=False)
    error = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = "página da busca"
        constraints = (
            models.UniqueConstraint(fields=["search", "provider", "number"], name="leads_page_unique"),
        )

    def __str__(self) -> str:
        return f"page {self.number} of {self.search_id}"


class SearchCandidate(models.Model):
    """A place or company considered for a search, and what became of it. Makes a search resumable."""

    class Status(models.TextChoices):
        PENDING = "pending", "A verificar"
        READY = "ready", "Pronta para entregar"
        DELIVERED = "delivered", "Entregue"
        DROPPED = "dropped", "Descartada"

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="candidates")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey(LeadCompany, on_delete=models.PROTECT, null=True, related_name="+")
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PENDING)
    drop_reason = models.CharField(max_length=30, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    found_cnpjs = ArrayField(
        models.CharField(max_length=14),
        null=True,
        help_text="candidates of an unfinished check: the next one need not ask for them again",
    )

    class Meta:
        verbose_name = "candidata"
        constraints = (
            models.UniqueConstraint(fields=["search", "place"], name="leads_candidate_place_unique"),
            models.UniqueConstraint(
                fields=["search", "company"],
                condition=~models.Q(status="dropped"),
                name="leads_candidate_company_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(place__isnull=False) | models.Q(company__isnull=False),
                name="leads_candidate_has_subject",
            ),
        )
        indexes = (models.Index(fields=["search", "status", "position"], name="leads_candidate_next"),)

    def __str__(self) -> str:
        return f"candidate {self.position} of {self.search_id}"
