"""What credits cost in R$ (C6). A change writes a whole new version; triggers keep the old ones."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Catalog(models.Model):
    """One version of all prices: packages, and points between which the price of any quantity falls."""

    version = models.PositiveIntegerField("versão", unique=True)
    least_credits = models.PositiveIntegerField("menor quantidade")
    most_credits = models.PositiveIntegerField("maior quantidade")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="autor",
    )
    created_at = models.DateTimeField("desde", db_default=Now())

    class Meta:
        verbose_name = "catálogo de créditos"
        verbose_name_plural = "catálogo de créditos"
        constraints = (
            models.CheckConstraint(
                condition=Q(least_credits__gte=1, most_credits__gte=F("least_credits")),
                name="credits_catalog_limits",
            ),
        )

    def __str__(self) -> str:
        return f"Catálogo {self.version}"


class Package(models.Model):
    """A quantity of credits at a price of its own."""

    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="packages")
    credits = models.PositiveIntegerField("créditos")
    cents = models.PositiveIntegerField("preço em centavos")
    is_featured = models.BooleanField("mais escolhido", default=False)

    class Meta:
        verbose_name = "pacote"
        constraints = (
            models.UniqueConstraint(fields=["catalog", "credits"], name="credits_package_once"),
            models.UniqueConstraint(
                fields=["catalog"], condition=Q(is_featured=True), name="credits_package_one_featured"
            ),
            models.CheckConstraint(condition=Q(credits__gte=1, cents__gte=1), name="credits_package_costs"),
        )

    def __str__(self) -> str:
        return f"{self.credits} créditos"


class PricePoint(models.Model):
    """From this quantity on, a credit costs `unit_price` R$, falling linearly to the next point's price."""

    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="points")
    credits = models.PositiveIntegerField("a partir de")
    unit_price = models.DecimalField(
        "preço de um crédito (R$)",
        max_digits=8,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )

    class Meta:
        verbose_name = "ponto de preço"
        constraints = (
            models.UniqueConstraint(fields=["catalog", "credits"], name="credits_price_point_once"),
            models.CheckConstraint(
                condition=Q(credits__gte=1, unit_price__gt=0), name="credits_price_point_costs"
            ),
        )

    def __str__(self) -> str:
        return f"{self.credits}: {self.unit_price}"
