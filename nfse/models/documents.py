"""Who a row is about, by CNPJ or CPF. A CNPJ is public; a CPF is personal data and never readable (R28)."""

from django.db import models

from core.crypto import blind_index
from core.database import has_cnpj_part
from core.documents import is_cpf, normalize_cpf
from core.fields import EncryptedTextField


class Documented(models.Model):
    """A row with a CNPJ, plain, or a CPF, encrypted. `document_index` is the keyed hash of either.

    Read and write `document`; `Model(document=...)` works too. To filter, use `cnpj`, or
    `document_index=Model.index_document(document)`.
    """

    cnpj = models.CharField("CNPJ", max_length=14, blank=True)
    cpf = EncryptedTextField("CPF", blank=True)
    document_index = models.CharField(max_length=64, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def index_document(cls, document: str) -> str:
        """Return the hash by which a row with this CNPJ or CPF (without mask) is found."""
        return blind_index(document, f"nfse.{cls._meta.model_name}.document")

    @classmethod
    def matching(cls, text: str) -> models.Q:
        """Return the condition of a search: any part of a CNPJ, or a whole CPF: it is encrypted (R28)."""
        if is_cpf(text):
            return models.Q(document_index=cls.index_document(normalize_cpf(text)))
        return has_cnpj_part("cnpj", text)

    @property
    def document(self) -> str:
        """The CNPJ or CPF, without mask."""
        return self.cnpj or self.cpf

    @document.setter
    def document(self, document: str) -> None:
        self.cnpj, self.cpf = (document, "") if len(document) == 14 else ("", document)
        self.document_index = self.index_document(document)
