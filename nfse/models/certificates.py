"""A1 certificates of companies, and the notices of their expiry (N4, N5, R95)."""

from django.conf import settings
from django.db import models

from core.fields import EncryptedJSONField
from nfse.models.companies import Company
from nfse.models.documents import Documented
from nfse.models.firms import Firm


class Certificate(Documented):
    """What a certificate says of itself; `document` is its holder's.

    Its key is in CertificateSecret, which no list loads.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="certificates")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="certificates")
    holder = models.CharField("titular", max_length=160)
    serial = models.CharField("número de série", max_length=64)
    fingerprint = models.CharField("impressão digital", max_length=64)
    valid_from = models.DateTimeField("válido desde")
    valid_until = models.DateTimeField("válido até")
    is_active = models.BooleanField("em uso", default=True)
    is_same_root = models.BooleanField("de outro estabelecimento, aceito", default=False)
    plugnotas_id = models.CharField("id no PlugNotas", max_length=64, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("enviado em", auto_now_add=True)
    replaced_at = models.DateTimeField("trocado em", null=True, blank=True)

    class Meta:
        verbose_name = "certificado"
        constraints = (
            models.UniqueConstraint(
                fields=["company"],
                condition=models.Q(is_active=True),
                name="nfse_certificate_one_active",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")), name="nfse_certificate_validity"
            ),
        )
        indexes = (
            models.Index(fields=["firm", "company", "-uploaded_at"], name="nfse_certificate_history"),
            models.Index(
                fields=["valid_until"], condition=models.Q(is_active=True), name="nfse_certificate_expiry"
            ),
        )

    def __str__(self) -> str:
        return f"certificate {self.pk} of {self.company_id}"


class CertificateSecret(models.Model):
    """The PFX and its password, encrypted together with the firm and company that they belong to.

    It has keys of its own (N4), and a copy under another row does not open (R28). It is deleted when the
    certificate is replaced.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="secret")
    content = EncryptedJSONField(keys="CERTIFICATE_ENCRYPTION_KEYS")

    class Meta:
        verbose_name = "chave do certificado"

    def __str__(self) -> str:
        return f"secret of certificate {self.certificate_id}"


class CertificateNotice(models.Model):
    """That the firm was told, once, that a certificate ends within this many days."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="notices")
    days = models.PositiveSmallIntegerField("dias antes")
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "aviso de vencimento"
        constraints = (
            models.UniqueConstraint(fields=["certificate", "days"], name="nfse_certificate_notice_once"),
            models.CheckConstraint(
                condition=models.Q(days__in=[30, 15, 7, 1]), name="nfse_certificate_notice_days"
            ),
        )

    def __str__(self) -> str:
        return f"{self.days} days of certificate {self.certificate_id}"
