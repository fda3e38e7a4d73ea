"""One service, one note: a failed request is sent again or asked for anew, never both (R84, N21).

A request that is made in place of one that failed names the first of them in `follows`: together they are a
family. Whoever sends one of a family again, or adds one, locks its first request, and finds none that still
may become a note. Alike requests that name nobody are found under the company's lock.
"""

from datetime import timedelta

from django.db.models import Q

from core.errors import NitroError
from nfse.models import InvoiceRequest
from nfse.permissions import NotFound
from nfse.services.issuing.building import sent_by_person_since
from nfse.states import State

GONE = frozenset({State.REJECTED, State.FAILED, State.WITHDRAWN, State.CANCELED})
"""No note stands, and none comes unless it is sent again. Of a replaced one the replacement stands."""
OTHER_SERVICE = timedelta(days=7)
"""Equal notes whose competences are so far apart are of two weeks or months: two services. Nearer ones may be
one service that was asked for anew on a later day."""


class SentAgain(NitroError):
    """The failed request in whose place one was confirmed is on its way again, or became a note."""

    message = "Este pedido já foi mandado de novo. Confira a situação dele antes de pedir outra nota."


class AskedAnew(NitroError):
    """The note of a failed request was asked for anew since."""

    message = (
        "A nota deste pedido já foi pedida de novo depois da falha. Tentar de novo faria duas notas. "
        "Se for outro serviço, use “Copiar para nova nota”."
    )


def find_living(request: InvoiceRequest) -> InvoiceRequest | None:
    """Return a request of the family that may still become a note, or became one: itself before others."""
    first_id = request.follows_id or request.pk
    family = InvoiceRequest.objects.filter(Q(pk=first_id) | Q(follows=first_id), firm_id=request.firm_id)
    living = family.exclude(state__in=GONE).order_by("pk")
    return min(living, key=lambda each: each.pk != request.pk, default=None)


def is_same_service(request: InvoiceRequest, taker_id: int | None, description: str) -> bool:
    """Whether a note may be that of an earlier request, corrected: for the same taker, or described alike.

    One with neither in common is of another service, and keeps nobody from sending the earlier one again.
    """
    return taker_id == request.taker_id or _fold(description) == _words_of(request)


def take_place_of(firm_id: int, request_id: int) -> InvoiceRequest:
    """Lock the family of a request that failed and return its first, for one to be confirmed in its place.

    Inside the caller's transaction. Raises NotFound, SentAgain.
    """
    request = InvoiceRequest.objects.filter(firm_id=firm_id, pk=request_id).first()
    if request is None:
        raise NotFound
    first = _lock_first(request)
    if find_living(request) is not None:
        raise SentAgain
    return first


def refuse_double(request: InvoiceRequest) -> None:
    """Refuse to send a failed request again when its note was asked for anew. It and its company are locked.

    Raises AskedAnew.
    """
    _lock_first(request)
    if find_living(request) is not None or _was_asked_anew(request):
        raise AskedAnew


def _lock_first(request: InvoiceRequest) -> InvoiceRequest:
    locked = InvoiceRequest.objects.select_for_update(of=("self",))
    return locked.get(pk=request.follows_id or request.pk)


def _was_asked_anew(request: InvoiceRequest) -> bool:
    """Whether an equal note was confirmed, or sent again, after this request failed."""
    alike = InvoiceRequest.objects.filter(
        sent_by_person_since(request.state_changed_at),
        firm_id=request.firm_id,
        company_id=request.company_id,
        environment=request.environment,
        taker_id=request.taker_id,
        amount=request.amount,
        competence_date__gt=request.competence_date - OTHER_SERVICE,
        competence_date__lt=request.competence_date + OTHER_SERVICE,
    ).exclude(state__in=GONE)
    return any(_words_of(each) == _words_of(request) for each in alike)


def _words_of(request: InvoiceRequest) -> str:
    return _fold(request.snapshot.service.description)


def _fold(description: str) -> str:
    return " ".join(description.split()).casefold()
