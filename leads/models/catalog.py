"""Niches with their aliases (L25, R42)."""

from django.db import models

from registry.models.catalog import Cnae


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
