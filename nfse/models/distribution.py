"""How far the documents that the ADN hands out were read (N16; contract national 2.4)."""

from django.db import models

from fiscal.enumerations import Environment
from nfse.models.companies import Company
from nfse.models.firms import Firm


class DistributionCursor(models.Model):
    """The last NSU that was read for a company, in one environment. It never goes back."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="distribution_cursors")
    environment = models.CharField("ambiente", max_length=10, choices=Environment.choices())
    last_nsu = models.PositiveBigIntegerField("último NSU", default=0)
    next_at = models.DateTimeField("próxima leitura")

    class Meta:
        verbose_name = "leitura do ADN"
        verbose_name_plural = "leituras do ADN"
        constraints = (
            models.UniqueConstraint(
                fields=["company", "environment"], name="nfse_distribution_cursor_unique"
            ),
        )

    def __str__(self) -> str:
        return f"NSU {self.last_nsu} of company {self.company_id}, {self.environment}"
