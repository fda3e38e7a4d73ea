"""The shared base of companies. What an account sees of one is decided in leads.visibility alone."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from core.fields import EncryptedJSONField
from leads.models.catalog import Niche
from registry.models import Addressed
from registry.models.catalog import City


class LeadCompany(Addressed):
    """A registry company (one establishment), keyed by its confirmed CNPJ. No enrichment lives here."""

    cnpj = models.CharField("CNPJ", max_length=14, unique=True)
    legal_name = models.CharField("razão social", max_length=160, help_text="without the owner's CPF (R49)")
    trade_name = models.CharField("nome fantasia", max_length=160, blank=True)
    status = models.CharField("situação", max_length=2)
    status_date = models.DateField("data da situação", null=True)
    opening_date = models.DateField("abertura", null=True)
    main_cnae = models.CharField("CNAE principal", max_length=7, blank=True)
    main_cnae_description = models.CharField("descrição do CNAE", max_length=200, blank=True)
    legal_nature = models.CharField("natureza jurídica", max_length=4, blank=True)
    size = models.CharField("porte", max_length=2, blank=True)
    is_individual = models.BooleanField("MEI ou empresário individual", default=False)

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name="cidade")
    registry_phones = ArrayField(models.CharField(max_length=16), default=list, help_text="E.164")
    registry_email = models.CharField("e-mail na Receita", max_length=160, blank=True)
    registry_source = models.CharField(max_length=20, help_text="open_data, brasilapi or viper")
    registry_fetched_at = models.DateTimeField()

    place_name = models.CharField("nome no Maps", max_length=200, blank=True)
    place_address = models.CharField("endereço no Maps", max_length=300, blank=True)
    place_phone = models.CharField("telefone no Maps", max_length=16, blank=True, help_text="E.164")
    website = models.CharField("site", max_length=300, blank=True)
    rating = models.DecimalField("nota", max_digits=2, decimal_places=1, null=True)
    rating_count = models.PositiveIntegerField("avaliações", null=True)
    place_fetched_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "empresa"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cnpj__regex=r"^[0-9A-Z]{12}[0-9]{2}$"), name="leads_company_cnpj_shape"
            ),
        )
        indexes = (
            models.Index(
                fields=["city", "main_cnae"],
                condition=models.Q(status="02"),
                name="leads_company_active_by_city",
            ),
            GinIndex(fields=["registry_phones"], name="leads_company_phones"),
            models.Index(
                fields=["place_phone"], condition=~models.Q(place_phone=""), name="leads_company_place_phone"
            ),
        )

    def __str__(self) -> str:
        return self.cnpj

    @property
    def display_name(self) -> str:
        return self.place_name or self.trade_name or self.legal_name


class LeadEnrichment(models.Model):
    """Contact data of the enrichment vendor. Large and sensitive: encrypted, and no list may load it."""

    company = models.OneToOneField(LeadCompany, on_delete=models.CASCADE, related_name="enrichment")
    contacts = EncryptedJSONField(help_text='{"phones": [E.164…], "emails": […]}')
    source = models.CharField(max_length=20)
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = "enriquecimento"

    def __str__(self) -> str:
        return f"enrichment of {self.company_id}"


class CompanyMembership(models.Model):
    """This company was found under this niche in this city (R43, R46)."""

    niche = models.ForeignKey(Niche, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(LeadCompany, on_delete=models.CASCADE, related_name="memberships")
    source = models.CharField(max_length=20)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = "empresa no nicho"
        constraints = (
            models.UniqueConstraint(fields=["niche", "city", "company"], name="leads_membership_unique"),
        )
        indexes = (models.Index(fields=["niche", "city", "-found_at"], name="leads_membership_newest"),)

    def __str__(self) -> str:
        return f"{self.company_id} in {self.niche_id}/{self.city_id}"
