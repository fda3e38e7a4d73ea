"""The companies that issue notes, their tax profile and their services (N1-N3, A13). Nothing has a fiscal
default (R87): what the law needs and nobody chose stays empty, and the company is not ready.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fiscal.enumerations import (
    Environment,
    Gateway,
    PisCofinsCst,
    SimplesApportionment,
    SpecialRegime,
    TaxRegime,
    TotalTaxMode,
)
from fiscal.values import FederalRates
from nfse.models.documents import Documented
from nfse.models.firms import CNPJ_SHAPE, Firm
from nfse.states import SetupState
from registry.models import Addressed

RETENTION_RATES = ("irrf_rate", "inss_rate", "csll_rate", "pis_rate", "cofins_rate")


def may_state_federal_taxes(tax_regime: str, cnpj: str) -> bool:
    """Return whether takers may withhold federal taxes: regime normal, and no person under a CPF (E0675)."""
    return tax_regime == TaxRegime.NORMAL and bool(cnpj)


class Company(Documented, Addressed):
    """A client company of a firm, or a self-employed person, who issues under a CPF."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="companies")
    legal_name = models.CharField("razão social", max_length=160)
    trade_name = models.CharField("nome fantasia", max_length=160, blank=True)
    tax_regime = models.CharField("regime tributário", max_length=14, choices=TaxRegime.choices())
    special_regime = models.CharField(
        "regime especial", max_length=20, choices=SpecialRegime.choices(), default=SpecialRegime.NONE.value
    )
    fiscal_incentive = models.BooleanField("incentivo fiscal", default=False)
    cultural_incentive = models.BooleanField("incentivador cultural", default=False)
    municipal_registration = models.CharField("inscrição municipal", max_length=15, blank=True)
    state_registration = models.CharField("inscrição estadual", max_length=20, blank=True)
    main_cnae = models.CharField("CNAE principal", max_length=7, blank=True)
    secondary_cnaes = ArrayField(
        models.CharField(max_length=7), default=list, blank=True, verbose_name="CNAEs secundários"
    )
    opening_date = models.DateField("abertura", null=True, blank=True)
    city = models.ForeignKey(
        "registry.City", on_delete=models.PROTECT, related_name="+", verbose_name="cidade"
    )
    phone = models.CharField("telefone", max_length=16, blank=True, help_text="E.164")
    email = models.EmailField("e-mail", blank=True)
    nfse_enabled = models.BooleanField("emite NFS-e", default=True)
    gateway = models.CharField("emissor", max_length=10, choices=Gateway.choices())
    environment = models.CharField(
        "ambiente", max_length=10, choices=Environment.choices(), default=Environment.STAGING.value
    )
    plugnotas_state = models.CharField(
        "cadastro no PlugNotas", max_length=7, choices=SetupState.choices(), default=SetupState.NONE.value
    )
    plugnotas_error = models.CharField("erro do PlugNotas", max_length=500, blank=True)
    city_uses_national = models.BooleanField("cidade usa o emissor nacional", null=True, blank=True)
    city_checked_at = models.DateTimeField("convênio conferido em", null=True, blank=True)
    is_active = models.BooleanField("ativa", default=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)
    updated_at = models.DateTimeField("alterada em", auto_now=True)

    class Meta:
        verbose_name = "empresa"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "document_index"],
                name="nfse_company_document_unique",
                violation_error_message="Esta empresa já está cadastrada.",
            ),
            models.UniqueConstraint(fields=["id", "firm"], name="nfse_company_of_firm"),
            models.CheckConstraint(
                condition=models.Q(cnpj="") | models.Q(cnpj__regex=CNPJ_SHAPE), name="nfse_company_cnpj_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(document_index__regex="^[0-9a-f]{64}$"), name="nfse_company_has_document"
            ),
            models.CheckConstraint(
                condition=models.Q(tax_regime__in=TaxRegime.values()),
                name="nfse_company_regime_chosen",
            ),
            models.CheckConstraint(
                condition=models.Q(gateway__in=["national", "plugnotas"]), name="nfse_company_gateway_chosen"
            ),
        )
        indexes = (models.Index(fields=["firm", "is_active", "legal_name"], name="nfse_company_by_name"),)

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.trade_name or self.legal_name

    @property
    def states_federal_taxes(self) -> bool:
        """Whether its notes may state federal taxes."""
        return may_state_federal_taxes(self.tax_regime, self.cnpj)


class TaxProfile(models.Model):
    """How a company states its taxes (N2)."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="tax_profile")
    simples_apportionment = models.PositiveSmallIntegerField(
        "apuração no Simples", null=True, blank=True, choices=SimplesApportionment.choices()
    )
    total_tax_mode = models.CharField(
        "tributos aproximados", max_length=16, blank=True, choices=TotalTaxMode.choices()
    )
    total_tax_percent = models.DecimalField(
        "percentual do Simples", max_digits=5, decimal_places=2, null=True, blank=True
    )
    total_tax_federal = models.DecimalField(
        "percentual federal", max_digits=5, decimal_places=2, null=True, blank=True
    )
    total_tax_state = models.DecimalField(
        "percentual estadual", max_digits=5, decimal_places=2, null=True, blank=True
    )
    total_tax_municipal = models.DecimalField(
        "percentual municipal", max_digits=5, decimal_places=2, null=True, blank=True
    )
    default_withheld = models.BooleanField("ISS retido por padrão", default=False)
    ibs_cbs = models.JSONField(
        "grupo IBS/CBS", null=True, blank=True, help_text="values.IbsCbs.to_dict() or null"
    )
    send_municipal_registration = models.BooleanField("enviar a inscrição municipal", default=False)
    limit_cents = models.PositiveBigIntegerField("limite por nota, em centavos", default=10_000_000)
    allow_unidentified_taker = models.BooleanField("aceitar tomador não identificado", default=False)
    email_to_taker = models.BooleanField("enviar a nota ao tomador por e-mail", default=False)
    series = models.PositiveIntegerField("série da DPS", default=900)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "perfil fiscal"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(series__range=(1, 49_999)),
                name="nfse_tax_profile_series",
                violation_error_message="A série vai de 1 a 49999.",
            ),
            models.CheckConstraint(
                condition=models.Q(limit_cents__gt=0), name="nfse_tax_profile_limit_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(simples_apportionment=None)
                | models.Q(simples_apportionment__in=[1, 2, 3]),
                name="nfse_tax_profile_apportionment",
            ),
        )

    def __str__(self) -> str:
        return f"tax profile of {self.company_id}"


def _retention_rate(name: str) -> "models.DecimalField[Decimal | None, Decimal | None]":
    """The percent of a federal tax that the taker withholds; None: it does not."""
    return models.DecimalField(name, max_digits=4, decimal_places=2, null=True, blank=True)


class ServiceProfile(models.Model):
    """One service that a company renders, with its codes (N3). It is never deleted once a note used it."""

    class Incidence(models.TextChoices):
        """Which city gets the ISS: the one of the provider, of the place of the service or of the taker."""

        PROVIDER = "provider", "Cidade do prestador"
        PLACE = "place", "Cidade onde o serviço é prestado"
        TAKER = "taker", "Cidade do tomador"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="services")
    nickname = models.CharField("apelido", max_length=60)
    keywords = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name="palavras-chave"
    )
    ctribnac = models.CharField("código de tributação nacional", max_length=6)
    ctribmun = models.CharField("código de tributação municipal", max_length=3, blank=True)
    cnbs = models.CharField("NBS", max_length=9, blank=True)
    cnae = models.CharField("CNAE", max_length=7, blank=True)
    iss_rate = models.DecimalField(
        "alíquota do ISS (%)", max_digits=4, decimal_places=2, null=True, blank=True
    )
    withheld_default = models.BooleanField("ISS retido", default=False)
    irrf_rate = _retention_rate("IRRF retido (%)")
    inss_rate = _retention_rate("INSS retido (%)")
    csll_rate = _retention_rate("CSLL retida (%)")
    pis_rate = _retention_rate("PIS retido (%)")
    cofins_rate = _retention_rate("COFINS retida (%)")
    pis_cofins_cst = models.CharField(
        "CST do PIS e da COFINS", max_length=2, blank=True, choices=PisCofinsCst.choices()
    )
    incidence_rule = models.CharField("onde o ISS é devido", max_length=8, choices=Incidence.choices)
    description_template = models.TextField("modelo de descrição", max_length=1000, blank=True)
    is_default = models.BooleanField("padrão", default=False)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "serviço"
        constraints = (
            models.UniqueConstraint(
                fields=["company", "nickname"],
                condition=models.Q(is_active=True),
                name="nfse_service_nickname_unique",
                violation_error_message="Esta empresa já tem um serviço com este apelido.",
            ),
            models.UniqueConstraint(
                fields=["company"], condition=models.Q(is_default=True), name="nfse_service_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(is_active=True),
                name="nfse_service_default_is_active",
            ),
            models.CheckConstraint(
                condition=models.Q(ctribnac__regex=r"^[0-9]{6}$"), name="nfse_service_ctribnac_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(iss_rate=None) | models.Q(iss_rate__range=(0, 5)),
                name="nfse_service_rate_range",
                violation_error_message="A alíquota do ISS vai de 0 a 5%.",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q((name, None)) | models.Q((f"{name}__gt", 0)),
                    name=f"nfse_service_{name}_positive",
                )
                for name in RETENTION_RATES
            ),
            models.CheckConstraint(
                condition=models.Q(csll_rate=None, pis_rate=None, cofins_rate=None)
                | ~models.Q(pis_cofins_cst=""),
                name="nfse_service_contributions_need_cst",
            ),
        )
        indexes = (models.Index(fields=["firm", "company"], name="nfse_service_by_company"),)

    def __str__(self) -> str:
        return self.nickname

    @property
    def federal_rates(self) -> FederalRates:
        """What takers withhold of federal taxes for this service."""
        rates = {name: getattr(self, name) for name in RETENTION_RATES}
        return FederalRates(**rates, pis_cofins_cst=self.pis_cofins_cst)
