"""Who changed what: before and after, secrets masked (A30). Rows are only added."""

from django.conf import settings
from django.db import models

from nfse.models.firms import Firm
from nfse.models.phones import AuthorizedPhone, name_actor

HIDDEN = "•••"
"""Stands for what the trail may not keep."""
SHOWN, INDEX = "shown", "index"
"""Of such a value: how it is shown, and a keyed hash by which another one is seen to be another."""


class ChangeRecord(models.Model):
    """One change by a user or by a phone, or by Nitro itself, without actor. Append-only by trigger.

    It outlives the row that changed.
    """

    class Action(models.TextChoices):
        CREATED = "created", "Criou"
        CHANGED = "changed", "Alterou"
        REMOVED = "removed", "Removeu"
        EXPORTED = "exported", "Baixou"  # `after` says which file, how many rows, of which filter

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="changes")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="quem"
    )
    actor_phone = models.ForeignKey(
        AuthorizedPhone,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="por qual telefone",
    )
    action = models.CharField("ação", max_length=8, choices=Action.choices)
    subject = models.CharField("o quê", max_length=30, help_text="company, tax_profile, service, taker…")
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=160, blank=True)
    company_id = models.BigIntegerField(null=True, help_text="plain number: the company may be removed")
    before = models.JSONField("antes", default=dict)
    after = models.JSONField("depois", default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "alteração"
        verbose_name_plural = "alterações"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(actor__isnull=True) | models.Q(actor_phone__isnull=True),
                name="nfse_change_one_actor",
            ),
        )
        indexes = (
            models.Index(fields=["firm", "-created_at"], name="nfse_change_newest"),
            models.Index(fields=["firm", "company_id", "-created_at"], name="nfse_change_of_company"),
            models.Index(fields=["firm", "subject", "subject_id", "-id"], name="nfse_change_of_subject"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"

    @property
    def actor_name(self) -> str:
        """Who changed it, for people; "" when it was Nitro itself."""
        return name_actor(self.actor, self.actor_phone)
