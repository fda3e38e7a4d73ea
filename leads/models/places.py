"""Places seen on a map, and the CNPJ that each one was tied to. Shared by all accounts (L10, R51)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.models.companies import LeadCompany
from registry.models.catalog import City


class Place(models.Model):
    """One place of one provider. The link to a company, also a negative one, is kept for everyone."""

    class Link(models.TextChoices):
        PENDING = "pending", "A verificar"
        LINKED = "linked", "CNPJ confirmado"
        NEGATIVE = "negative", "Sem CNPJ confirmado"

    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=200)
    map_id = models.CharField(
        max_length=40, blank=True, help_text="second identity: the same place on another page (R44)"
    )
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    district = models.CharField(max_length=80, blank=True)
    street_number = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=8, blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    website = models.CharField(max_length=300, blank=True)
    categories = ArrayField(
        models.CharField(max_length=80),
        default=list,
        help_text="what the map says that it is: its trade (L10)",
    )
    rating = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    rating_count = models.PositiveIntegerField(null=True)
    fetched_at = models.DateTimeField()

    link = models.CharField(max_length=8, choices=Link.choices, default=Link.PENDING)
    company = models.ForeignKey(LeadCompany, on_delete=models.PROTECT, null=True, related_name="places")
    score = models.PositiveSmallIntegerField(null=True)
    reasons = models.JSONField(
        default=list, help_text="what spoke for the link, strongest first, then what spoke against it"
    )
    drop_reason = models.CharField(max_length=20, blank=True, help_text="why a negative link is one")
    link_checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "lugar"
        constraints = (
            models.UniqueConstraint(fields=["provider", "provider_id"], name="leads_place_unique"),
            models.CheckConstraint(
                condition=models.Q(link="linked", company__isnull=False)
                | (~models.Q(link="linked") & models.Q(company__isnull=True)),
                name="leads_place_link_has_company",
            ),
        )
        indexes = (models.Index(fields=["phone"], condition=~models.Q(phone=""), name="leads_place_phone"),)

    def __str__(self) -> str:
        return f"{self.provider}:{self.provider_id}"
