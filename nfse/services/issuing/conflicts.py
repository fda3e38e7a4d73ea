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
from nfse.actors import Actor
from nfse.events import Event
from nfse.models import InvoiceRequest, RequestEvent
from nfse.permissions import NotFound, Right
from nfse.selectors.notes import is_taken
from nfse.services.issuing import gates
from nfse.services.issuing.building import NotIssuable
from nfse.services.issuing.confirming import create_request
from nfse.services.issuing.copying import input_of
from nfse.services.issuing.locking import lock_request_for
from nfse.services.issuing.moving import move, record_event
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


def close_taken(*, actor: Actor, request_id: int) -> InvoiceRequest:
    """Give the request up; nothing is issued. Asked twice it is given up once.

    Raises NotAllowed, NotFound, NotTaken.
    """
    with transaction.atomic(durable=True):
        request = lock_request_for(actor, request_id, Right.DECIDE)
        if not _was_settled(request):
            _close(request, actor)
    return request


def reissue_taken(*, actor: Actor, request_id: int, now: datetime | None = None) -> InvoiceRequest:
    """Give the request up and confirm the same content under a new number; return the new request.

    Asked twice, or by two people at once, there is one new request. The gates are asked again, and the
    content must still be what was confirmed, without a warning.

    Raises:
        NotAllowed, NotFound, NotTaken, NotIssuable, ContentChanged.
    """
    moment = now or timezone.now()
    certificate = find_certificate(actor.firm_id, _get_company_id(actor, request_id))
    form_key = uuid.uuid5(_REISSUES, str(request_id))
    with transaction.atomic(durable=True):
        request = lock_request_for(actor, request_id, Right.DECIDE)
        again = InvoiceRequest.objects.filter(firm_id=actor.firm_id, form_key=form_key).first()
        if again is not None:
            return again
        _close(request, actor)
        content = input_of(request)
        snapshot = _check(request, content, moment, certificate)
        new = create_request(actor, content, snapshot, form_key, request.origin, moment, certificate)
        record_event(request, Event.REISSUED, actor=actor, data={"request_id": new.pk})
        record_event(new, Event.REISSUE_OF, actor=actor, data={"request_id": request.pk})
    return new


def _get_company_id(actor: Actor, request_id: int) -> int:
    """The company of a request, for who may decide about it. Raises NotFound, NotAllowed."""
    own = InvoiceRequest.objects.filter(firm_id=actor.firm_id, pk=request_id)
    company_id = own.values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    actor.require(Right.DECIDE, company_id=company_id)
    return company_id


def _was_settled(request: InvoiceRequest) -> bool:
    return RequestEvent.objects.filter(request=request, event=Event.TAKEN_SETTLED).exists()


def _close(request: InvoiceRequest, actor: Actor) -> None:
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
        actor=actor,
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
