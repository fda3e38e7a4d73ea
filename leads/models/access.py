"""Purchases. A LeadAccess row is the only proof that an account owns a company; it is never deleted (R11)."""

from django.db import models

from accounts.models import Account
from credits.models import LedgerEntry
from leads.models.companies import LeadCompany
from leads.models.searches import Search


class LeadAccess(models.Model):
    """This account owns this company, delivered by this search and paid by this entry (R3)."""

    class Kind(models.TextChoices):
        SEARCH = "search", "Busca"
        DEMO = "demo", "Demonstração"
        QUICK_CNPJ = "quick_cnpj", "Consulta rápida"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lead_accesses")
    company = models.ForeignKey(LeadCompany, on_delete=models.PROTECT, related_name="accesses")
    search = models.ForeignKey(Search, on_delete=models.PROTECT, null=True, related_name="accesses")
    kind = models.CharField("origem", max_length=10, choices=Kind.choices)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, null=True, related_name="+")
    credits_charged = models.PositiveIntegerField("créditos")
    accessed_at = models.DateTimeField("comprada em")

    class Meta:
        verbose_name = "acesso"
        constraints = (
            models.UniqueConstraint(fields=["account", "search", "company"], name="leads_access_unique"),
            models.CheckConstraint(
                condition=models.Q(kind="search", search__isnull=False) | ~models.Q(kind="search"),
                name="leads_access_search_named",
            ),
            models.CheckConstraint(
                condition=models.Q(credits_charged=0) | models.Q(entry__isnull=False),
                name="leads_access_paid_by_entry",
            ),
        )
        indexes = (
            models.Index(fields=["account", "-accessed_at"], name="leads_access_newest"),
            models.Index(fields=["account", "company"], name="leads_access_owner"),
            models.Index(fields=["search"], name="leads_access_of_search"),
        )

    def __str__(self) -> str:
        return f"access of {self.account_id} to {self.company_id}"
