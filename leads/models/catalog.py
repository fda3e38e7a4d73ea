"""Catalogs: cities by IBGE code, activities by CNAE, niches with their aliases (L25, R42)."""

from django.db import models


class City(models.Model):
    """A municipality. `folded_name` is the name without accents, case and punctuation (core.text.fold)."""

    ibge_code = models.CharField("código IBGE", max_length=7, primary_key=True)
    name = models.CharField("nome", max_length=60)
    uf = models.CharField("UF", max_length=2)
    folded_name = models.CharField(max_length=60)
    other_folded_names = models.JSONField(default=list)
    siafi_code = models.CharField("código SIAFI", max_length=4, unique=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    area_code = models.CharField("DDD", max_length=2)
    is_capital = models.BooleanField("capital", default=False)

    class Meta:
        verbose_name = "cidade"
        constraints = (models.UniqueConstraint(fields=["folded_name", "uf"], name="leads_city_name_unique"),)
        indexes = (
            models.Index(fields=["folded_name"], opclasses=["varchar_pattern_ops"], name="leads_city_prefix"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """ "Santa Maria - RS"."""
        return f"{self.name} - {self.uf}"


class Cnae(models.Model):
    """An activity code of CNAE 2.3, or a legacy code met only in registry files."""

    code = models.CharField("código", max_length=7, primary_key=True)
    description = models.CharField("descrição", max_length=200)
    is_current = models.BooleanField("vigente", default=True)

    class Meta:
        verbose_name = "CNAE"

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class Niche(models.Model):
    """A canonical business category. Free text makes an unreviewed one, usable at once (L25)."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField("nome", max_length=80)
    folded_name = models.CharField(max_length=80, unique=True, help_text="core.text.fold_singular(name)")
    group = models.CharField("grupo", max_length=60, blank=True)
    cnaes = models.ManyToManyField(Cnae, blank=True, related_name="niches")
    is_reviewed = models.BooleanField("revisado", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "nicho"
        indexes = (
            models.Index(
                fields=["folded_name"], opclasses=["varchar_pattern_ops"], name="leads_niche_prefix"
            ),
        )

    def __str__(self) -> str:
        return self.name


class NicheAlias(models.Model):
    """Another name of a niche. Five aliases lead to two niches on purpose, so the text is not unique."""

    niche = models.ForeignKey(Niche, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField("nome", max_length=80)
    folded_name = models.CharField(max_length=80, help_text="core.text.fold_singular(name)")

    class Meta:
        verbose_name = "outro nome de nicho"
        constraints = (
            models.UniqueConstraint(fields=["niche", "folded_name"], name="leads_niche_alias_unique"),
        )
        indexes = (
            models.Index(
                fields=["folded_name"], opclasses=["varchar_pattern_ops"], name="leads_alias_prefix"
            ),
        )

    def __str__(self) -> str:
        return self.name
