"""Catalogs: cities by IBGE code, activities by CNAE (R42). The same for everybody, read by every app."""

from django.db import models

from registry.city_names import city_key


class City(models.Model):
    """A municipality. `folded_name` is the name without accents, case and punctuation (core.text.fold)."""

    ibge_code = models.CharField("código IBGE", max_length=7, primary_key=True)
    name = models.CharField("nome", max_length=60)
    uf = models.CharField("UF", max_length=2)
    folded_name = models.CharField(max_length=60)
    other_folded_names = models.JSONField(default=list)
    spellings = models.CharField(
        max_length=400, blank=True, help_text="|key|key|: registry.city_names.city_key of every name"
    )
    siafi_code = models.CharField("código SIAFI", max_length=4, unique=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    area_code = models.CharField("DDD", max_length=2)
    is_capital = models.BooleanField("capital", default=False)

    class Meta:
        verbose_name = "cidade"
        constraints = (
            models.UniqueConstraint(fields=["folded_name", "uf"], name="registry_city_name_unique"),
        )
        indexes = (
            models.Index(
                fields=["folded_name"], opclasses=["varchar_pattern_ops"], name="registry_city_prefix"
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """ "Santa Maria - RS"."""
        return f"{self.name} - {self.uf}"

    def is_called(self, name: str) -> bool:
        """Whether `name` is this city's, in any spelling, current or older. Its state is not asked."""
        key = city_key(name)
        return bool(key) and key in map(city_key, (self.folded_name, *self.other_folded_names))


class Cnae(models.Model):
    """An activity code of CNAE 2.3, or a legacy code met only in registry files."""

    code = models.CharField("código", max_length=7, primary_key=True)
    description = models.CharField("descrição", max_length=200)
    is_current = models.BooleanField("vigente", default=True)

    class Meta:
        verbose_name = "CNAE"

    def __str__(self) -> str:
        return f"{self.code} {self.description}"
