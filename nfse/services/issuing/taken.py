"""A person decides about a request whose number holds another note (attention "taken"; national.md 8).

The number is spent on other content for good, so this request can never become a note under it: it ends as
rejected, and what was confirmed may go out again under a new number. That breaks neither R84 nor R85: nothing
here is unknown, the authority said what lies under the number.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.errors import NitroError
from fiscal.values import LoadedCertificate, NoteSnapshot
from nfse.events import Event
from nfse.models import InvoiceRequest, RequestEvent
from nfse.permissions import NotFound, Right, require_right
from nfse.selectors.notes import is_taken
from nfse.services.companies import lock_company
from nfse.services.issuing import gates
from nfse.services.issuing.confirming import NotIssuable, create_request
from nfse.services.issuing.copying import input_of
from nfse.services.issuing.moving import locked_request, move, note
from nfse.services.issuing.preparing import find_certificate, make_mirror
from nfse.services.issuing.snapshots import NoteInput
from nfse.states import State

_REISSUES = uuid.UUID("9f5cf6f1-5d1c-4b50-9d43-1f0b2c8a7e11")


class NotTaken(NitroError):
    message = "Este pedido não espera mais uma decisão. Recarregue a página e confira a situação."


class ContentChanged(NitroError):
    """What was confirmed is not what would go out now: a person has to see it first (R86)."""

    message = (
        "Os dados da empresa ou do tomador mudaram desde a confirmação. "
        "Encerre este pedido e use “Copiar para nova nota”, para conferir o espelho de novo."
    )


def close_taken(*, firm_id: int, user_id: int, request_id: int) -> InvoiceRequest:
    """Give the request up; nothing is issued. Asked twice it is given up once.

    Raises NotAllowed, NotFound, NotTaken.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.ISSUE)
    _get(firm_id, request_id)
    with transaction.atomic(durable=True), locked_request(request_id) as request:
        if not _was_settled(request):
            _close(request, user_id)
    return request


def reissue_taken(
    *, firm_id: int, user_id: int, request_id: int, now: datetime | None = None
) -> InvoiceRequest:
    """Give the request up and confirm the same content under a new number; return the new request.

    Asked twice, or by two people at once, there is one new request. The gates are asked again, and the
    content must still be what was confirmed, without a warning.

    Raises:
        NotAllowed, NotFound, NotTaken, NotIssuable, ContentChanged.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.ISSUE)
    moment = now or timezone.now()
    company_id = _get(firm_id, request_id).company_id
    certificate = find_certificate(firm_id, company_id)
    form_key = uuid.uuid5(_REISSUES, str(request_id))
    with transaction.atomic(durable=True):
        lock_company(firm_id, company_id)  # before the request, as at every yes
        with locked_request(request_id) as request:
            again = InvoiceRequest.objects.filter(firm_id=firm_id, form_key=form_key).first()
            if again is not None:
                return again
            _close(request, user_id)
            content = input_of(request)
            snapshot = _check(request, content, moment, certificate)
            new = create_request(
                firm_id, user_id, content, snapshot, form_key, request.origin, moment, certificate
            )
            note(request, Event.REISSUED, actor_id=user_id, data={"request_id": new.pk})
            note(new, Event.REISSUE_OF, actor_id=user_id, data={"request_id": request.pk})
    return new


def _get(firm_id: int, request_id: int) -> InvoiceRequest:
    found = InvoiceRequest.objects.filter(firm_id=firm_id, pk=request_id).only("company_id").first()
    if found is None:
        raise NotFound
    return found


def _was_settled(request: InvoiceRequest) -> bool:
    return RequestEvent.objects.filter(request=request, event=Event.TAKEN_SETTLED).exists()


def _close(request: InvoiceRequest, user_id: int) -> None:
    if not is_taken(request):
        raise NotTaken
    text = (
        f"O número {request.number} da série {request.series} já tinha uma nota de outro conteúdo, "
        "feita por outro sistema. Este pedido foi encerrado sem emitir nada."
    )
    problem = gates.gate("number_taken", "", text)
    move(
        request,
        State.REJECTED,
        Event.TAKEN_SETTLED,
        actor_id=user_id,
        problems=[problem.to_dict()],
        attention=InvoiceRequest.Attention.NONE,
    )


def _check(
    request: InvoiceRequest, content: NoteInput, now: datetime, certificate: LoadedCertificate | None
) -> NoteSnapshot:
    mirror = make_mirror(request.firm_id, content, now, certificate)
    if mirror.problems or mirror.snapshot is None:
        raise NotIssuable(list(mirror.problems))
    if mirror.warnings or mirror.snapshot.content_hash() != request.content_hash:
        raise ContentChanged
    return mirror.snapshot
