"""The Receita's open data, one row an establishment, replaced whole by `import_registry` each month.

No foreign keys: rows without their other half are normal (registry.md §3.3). Names are stored without the
owner's CPF (R49), phones as E.164, unusable values as empty. Codes outside the layout are kept.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class RegistryImport(models.Model):
    """One run of `import_registry`: which delivery, what came in, how it ended."""

    class Status(models.TextChoices):
        RUNNING = "running", "Carregando"
        PUBLISHED = "published", "Publicada"
        FAILED = "failed", "Falhou"

    delivery_date = models.DateField("data da entrega", null=True)
    status = models.CharField("estado", max_length=9, choices=Status.choices, default=Status.RUNNING)
    report = models.JSONField("contagens", default=dict)
    error = models.CharField("erro", max_length=300, blank=True)
    started_at = models.DateTimeField("início")
    finished_at = models.DateTimeField("fim", null=True)

    class Meta:
        verbose_name = "carga do cadastro"
        verbose_name_plural = "cargas do cadastro"
        indexes = (models.Index(fields=["status", "-finished_at"], name="registry_import_latest"),)

    def __str__(self) -> str:
        return f"registry of {self.delivery_date} ({self.status})"


class RegistryCompany(models.Model):
    """What a root has in common: file `Empresas`."""

    root = models.CharField("raiz", max_length=8, primary_key=True)
    legal_name = models.CharField("razão social", max_length=200)
    legal_nature = models.CharField("natureza jurídica", max_length=4)
    owner_qualification = models.CharField("qualificação do responsável", max_length=2)
    capital = models.DecimalField("capital social", max_digits=18, decimal_places=2, null=True)
    size = models.CharField("porte", max_length=2, blank=True)
    public_entity = models.CharField("ente federativo", max_length=100, blank=True)

    class Meta:
        verbose_name = "empresa do cadastro"

    def __str__(self) -> str:
        return self.root


class RegistryEstablishment(models.Model):
    """One CNPJ: file `Estabelecimentos`. Mobiles come without the ninth digit, so each one is presumed."""

    cnpj = models.CharField("CNPJ", max_length=14, primary_key=True)
    root = models.CharField("raiz", max_length=8)
    is_headquarters = models.BooleanField("matriz")
    trade_name = models.CharField("nome fantasia", max_length=200, blank=True)
    status = models.CharField("situação", max_length=2)
    status_date = models.DateField("data da situação", null=True)
    status_reason = models.CharField("motivo", max_length=2, blank=True)
    foreign_city = models.CharField("cidade no exterior", max_length=100, blank=True)
    country = models.CharField("país", max_length=3, blank=True)
    opening_date = models.DateField("abertura", null=True)
    main_cnae = models.CharField("CNAE principal", max_length=7, blank=True)
    other_cnaes = ArrayField(models.CharField(max_length=7), default=list)
    street = models.CharField("logradouro", max_length=200, blank=True, help_text="kind and name")
    number = models.CharField("número", max_length=20, blank=True)
    complement = models.CharField("complemento", max_length=200, blank=True)
    district = models.CharField("bairro", max_length=100, blank=True)
    postal_code = models.CharField("CEP", max_length=8, blank=True)
    uf = models.CharField("UF", max_length=2)
    municipality = models.CharField("município", max_length=4, help_text="SIAFI code")
    phones = ArrayField(models.CharField(max_length=16), default=list, help_text="E.164")
    email = models.CharField("e-mail", max_length=200, blank=True)
    special_status = models.CharField("situação especial", max_length=60, blank=True)
    special_status_date = models.DateField("data da situação especial", null=True)

    class Meta:
        verbose_name = "estabelecimento do cadastro"
        indexes = (
            models.Index(fields=["root"], name="registry_regest_root"),
            GinIndex(
                fields=["phones"],
                condition=models.Q(status="02"),
                name="registry_regest_phones",
                fastupdate=False,
            ),
            models.Index(
                fields=["postal_code"],
                condition=models.Q(status="02") & ~models.Q(postal_code=""),
                name="registry_regest_address",
            ),
        )

    def __str__(self) -> str:
        return self.cnpj


class RegistryPartner(models.Model):
    """One row of the QSA: file `Socios`. It hangs on the root, so a branch has the same partners (R48)."""

    class Kind(models.TextChoices):
        COMPANY = "1", "Pessoa jurídica"
        PERSON = "2", "Pessoa física"
        FOREIGNER = "3", "Estrangeiro"

    row_key = models.UUIDField(primary_key=True, help_text="hash of the whole row: exact repeats are one")
    root = models.CharField("raiz", max_length=8)
    kind = models.CharField("tipo", max_length=1, choices=Kind.choices)
    name = models.CharField("nome", max_length=200)
    document = models.CharField("documento", max_length=14, blank=True, help_text="***NNNNNN** or a CNPJ")
    qualification = models.CharField("qualificação", max_length=2, blank=True)
    joined_date = models.DateField("entrada", null=True)
    country = models.CharField("país", max_length=3, blank=True)
    representative_document = models.CharField("CPF do representante", max_length=14, blank=True)
    representative_name = models.CharField("representante", max_length=200, blank=True)
    representative_qualification = models.CharField(max_length=2, blank=True)
    age_band = models.CharField("faixa etária", max_length=1, blank=True)

    class Meta:
        verbose_name = "sócio do cadastro"
        indexes = (models.Index(fields=["root"], name="registry_regpartner_root"),)

    def __str__(self) -> str:
        return f"partner of {self.root}"


class RegistrySimples(models.Model):
    """Simples Nacional and MEI of a root: file `Simples`. None means that the file does not say."""

    root = models.CharField("raiz", max_length=8, primary_key=True)
    is_simples = models.BooleanField("Simples", null=True)
    simples_since = models.DateField(null=True)
    simples_until = models.DateField(null=True)
    is_mei = models.BooleanField("MEI", null=True)
    mei_since = models.DateField(null=True)
    mei_until = models.DateField(null=True)

    class Meta:
        verbose_name = "opção pelo Simples"

    def __str__(self) -> str:
        return self.root


class RegistryCode(models.Model):
    """A row of one of the six reference tables, or of our supplement to them."""

    class Kind(models.TextChoices):
        CNAE = "cnae", "CNAE"
        REASON = "reason", "Motivo"
        MUNICIPALITY = "municipality", "Município"
        NATURE = "nature", "Natureza jurídica"
        COUNTRY = "country", "País"
        QUALIFICATION = "qualification", "Qualificação"

    pk = models.CompositePrimaryKey("kind", "code")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    code = models.CharField(max_length=7)
    description = models.CharField(max_length=200)
    is_supplement = models.BooleanField(default=False, help_text="missing from the Receita's own table")

    class Meta:
        verbose_name = "código do cadastro"

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class RegistryName(models.Model):
    """Words of the names of an active establishment, each behind its city: "6291:valdora".

    Initials are one word ("A.B.C." is "6291:abc"); so is the domain of its e-mail ("6291:@valdora.com.br").
    One GIN key then answers "who in this city has this word", without reading the whole city.
    """

    cnpj = models.CharField(max_length=14, primary_key=True)
    words = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        verbose_name = "palavras do nome"
        indexes = (GinIndex(fields=["words"], name="registry_regname_words", fastupdate=False),)

    def __str__(self) -> str:
        return self.cnpj


class RegistryShared(models.Model):
    """A phone or e-mail domain of 20 or more companies: an accountant's, no evidence (R41)."""

    class Kind(models.TextChoices):
        PHONE = "phone", "Telefone"
        DOMAIN = "domain", "Domínio"

    pk = models.CompositePrimaryKey("kind", "value")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.CharField(max_length=200)
    company_count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "contato compartilhado"

    def __str__(self) -> str:
        return self.value
