"""Reads of takers (A19). Those merged into another are left out of lists."""

from django.db.models import Q, QuerySet

from core.documents import is_cnpj, is_cpf, normalize_cnpj, normalize_cpf
from nfse.models import Taker
from nfse.models.takers import document_index
from nfse.permissions import NotFound


def get_taker(firm_id: int, taker_id: int) -> Taker:
    """The firm's taker with its city. Raises NotFound."""
    taker = Taker.objects.filter(firm_id=firm_id, pk=taker_id).select_related("city").first()
    if taker is None:
        raise NotFound
    return taker


def find_taker_by_document(firm_id: int, document: str) -> Taker | None:
    """The firm's open taker with this CNPJ or CPF, masked or not, or None."""
    if is_cnpj(document):
        plain = normalize_cnpj(document)
    elif is_cpf(document):
        plain = normalize_cpf(document)
    else:
        return None
    return Taker.objects.filter(
        firm_id=firm_id, document_index=document_index(plain), merged_into=None
    ).first()


def list_takers(firm_id: int, *, text: str = "") -> QuerySet[Taker]:
    """Takers by name. `text` looks in names and CNPJ, and finds a whole CPF by its hash."""
    takers = Taker.objects.filter(firm_id=firm_id, merged_into=None).select_related("city")
    for word in text.split():
        takers = takers.filter(Q(name__icontains=word) | Q(nickname__icontains=word) | _by_document(word))
    return takers.order_by("name", "pk")


def _by_document(word: str) -> Q:
    if is_cpf(word):
        return Q(document_index=document_index(normalize_cpf(word)))
    compact = word.translate(str.maketrans("", "", " ./-")).upper()
    return Q(cnpj__startswith=compact) if len(compact) >= 3 else Q(pk__in=[])
