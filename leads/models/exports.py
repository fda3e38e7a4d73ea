"""Who took which leads out, and when (L27). The rows themselves are not kept: they can be made again."""

from django.conf import settings
from django.db import models

from accounts.models import Account
from leads.models.searches import Search


class ExportAudit(models.Model):
    """One export of one search, of the whole base, or of a filter of it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="conta")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="usuário"
    )
    search = models.ForeignKey(
        Search, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="busca"
    )
    filters = models.JSONField("filtro", default=dict)
    row_count = models.PositiveIntegerField("linhas")
    file_name = models.CharField("arquivo", max_length=60)
    created_at = models.DateTimeField("exportada em", auto_now_add=True)

    class Meta:
        verbose_name = "exportação"
        verbose_name_plural = "exportações"
        indexes = (models.Index(fields=["account", "-created_at"], name="leads_export_by_account"),)

    def __str__(self) -> str:
        return self.file_name
