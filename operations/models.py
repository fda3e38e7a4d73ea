"""What operators are told and what they looked at."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Alert(models.Model):
    """A cause of which operators are told by e-mail, at most once an hour (O14)."""

    cause = models.CharField(max_length=160, unique=True)
    sent_at = models.DateTimeField("último e-mail")

    class Meta:
        verbose_name = "alerta"

    def __str__(self) -> str:
        return self.cause


class MachineReport(models.Model):
    """What the machine last said of a thing that it does by itself, and nobody sees until it is missed."""

    class Subject(models.TextChoices):
        BACKUP = "backup", "Cópia de segurança"
        RESTORE = "restore", "Teste de restauração"
        CERTIFICATE = "certificate", "Certificado do site"

    subject = models.CharField("o quê", max_length=16, choices=Subject.choices, unique=True)
    reported_at = models.DateTimeField("última notícia")
    succeeded_at = models.DateTimeField("deu certo em", null=True)
    failed = models.BooleanField("falhou")
    ends_at = models.DateTimeField("vale até", null=True)
    detail = models.CharField("detalhe", max_length=300, blank=True)

    class Meta:
        verbose_name = "notícia do servidor"
        verbose_name_plural = "notícias do servidor"

    def __str__(self) -> str:
        return self.get_subject_display()


class Viewing(models.Model):
    """That an operator looked at what belongs to a firm (O1, O10). Nothing changes or deletes it."""

    class Subject(models.TextChoices):
        FIRM = "firm", "Contabilidade"
        COMPANY = "company", "Empresa"
        REQUEST = "request", "Nota"

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField("o quê", max_length=8, choices=Subject.choices)
    subject_id = models.BigIntegerField("número")
    created_at = models.DateTimeField("quando", db_default=Now())

    class Meta:
        verbose_name = "consulta da operação"
        indexes = (models.Index(fields=["subject", "subject_id", "-id"], name="operations_viewing_of"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}"
