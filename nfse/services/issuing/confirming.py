"""The yes: one request with number, identity, bytes and work, or nothing (N10, N17, R84-R87)."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.database import violates
from core.errors import FormKeyReused, NitroError
from fiscal.enumerations import Environment
from fiscal.values import LoadedCertificate, NoteSnapshot
from nfse.actors import Actor
from nfse.events import Event
from nfse.models import Company, InvoiceRequest, NumberSeries
from nfse.models.invoices import index_issuer
from nfse.permissions import Right
from nfse.services.companies import lock_company
from nfse.services.issuing import kinds
from nfse.services.issuing.building import RETRY_FOR, NotIssuable, build_request
from nfse.services.issuing.locking import lock_request_for
from nfse.services.issuing.moving import begin, move
from nfse.services.issuing.preparing import find_certificate, make_mirror, require_issue
from nfse.services.issuing.second_tries import refuse_double, take_place_of
from nfse.services.issuing.snapshots import NoteInput
from nfse.states import OPEN, State


class MirrorChanged(NitroError):
    """What would be issued is not what was shown: show it again (R9, R86)."""

    message = "Os dados da nota mudaram desde que você conferiu. Confira o espelho de novo."


class CannotRetry(NitroError):
    message = "Só um pedido que falhou pode ser tentado de novo."


class CannotWithdraw(NitroError):
    message = "Este pedido já foi enviado e não pode mais ser retirado."


def confirm_request(
    *,
    actor: Actor,
    note: NoteInput,
    mirror_hash: str,
    form_key: uuid.UUID,
    origin: str = InvoiceRequest.Origin.HAND,
    now: datetime | None = None,
) -> InvoiceRequest:
    """Turn a yes into one request with number, ids, bytes and work, all in one transaction (N10, R84, R85).

    The same `form_key` gives the same request, however often and however many at once.

    Args:
        mirror_hash: of the mirror that the person saw. form_key: unique per shown mirror.

    Raises:
        NotAllowed, NotFound, NotIssuable, MirrorChanged, FormKeyReused.
    """
    require_issue(actor, note)  # before the certificate is opened; it is asked again under the lock
    certificate = find_certificate(actor.firm_id, note.company_id)
    with transaction.atomic(durable=True):
        return confirm_in_transaction(
            actor=actor,
            note=note,
            mirror_hash=mirror_hash,
            form_key=form_key,
            certificate=certificate,
            origin=origin,
            now=now,
        )


def confirm_in_transaction(
    *,
    actor: Actor,
    note: NoteInput,
    mirror_hash: str,
    form_key: uuid.UUID,
    certificate: LoadedCertificate | None,
    origin: str,
    in_place_of: int | None = None,
    now: datetime | None = None,
) -> InvoiceRequest:
    """Confirm in the caller's transaction, together with rows of its own; takes the company's lock first.

    Args:
        certificate: of `find_certificate`, which the caller opened before the transaction.
        in_place_of: the request of the same service that failed or was refused.

    Raises what `confirm_request` raises, and SentAgain; whatever it raises, nothing of the request is stored.
    """
    moment = now or timezone.now()
    lock_company(actor.firm_id, note.company_id)  # one confirmation at a time per company
    require_issue(actor, note)
    if (repeated := _find_by_form(actor.firm_id, note, form_key)) is not None:
        return repeated
    first = take_place_of(actor.firm_id, in_place_of) if in_place_of is not None else None
    mirror = make_mirror(actor.firm_id, note, moment, certificate)
    if mirror.problems or mirror.snapshot is None:
        raise NotIssuable(list(mirror.problems))
    if mirror.hash != mirror_hash:
        raise MirrorChanged
    try:
        with transaction.atomic():
            return create_request(
                actor, note, mirror.snapshot, form_key, origin, moment, certificate, follows=first
            )
    except IntegrityError as error:
        if violates(error, "nfse_request_form_once"):
            raise FormKeyReused from error
        raise


def retry_request(*, actor: Actor, request_id: int) -> InvoiceRequest:
    """Send a failed request again: same content, same number, same bytes, for 24 hours more (R89).

    Raises:
        NotAllowed, NotFound, CannotRetry, AskedAnew.
    """
    with transaction.atomic(durable=True):
        return retry_in_transaction(actor=actor, request_id=request_id)


def retry_in_transaction(*, actor: Actor, request_id: int) -> InvoiceRequest:
    """Retry in the caller's transaction; see `retry_request`."""
    request = lock_request_for(actor, request_id, Right.ISSUE)
    if request.state in OPEN:
        return request
    if request.state != State.FAILED:
        raise CannotRetry
    refuse_double(request)
    until = timezone.now() + RETRY_FOR
    move(request, State.QUEUED, Event.RETRY, actor=actor, retry_until=until)
    kinds.enqueue_for(request, kinds.SEND)
    return request


def withdraw_request(*, actor: Actor, request_id: int) -> InvoiceRequest:
    """Take back a request that was not sent yet. Its number stays used (R96).

    Raises:
        NotAllowed, NotFound, CannotWithdraw: it was sent, perhaps only once.
    """
    with transaction.atomic(durable=True):
        return withdraw_in_transaction(actor=actor, request_id=request_id)


def withdraw_in_transaction(*, actor: Actor, request_id: int) -> InvoiceRequest:
    """Withdraw in the caller's transaction; see `withdraw_request`."""
    request = lock_request_for(actor, request_id, Right.ISSUE)
    if request.state == State.WITHDRAWN:
        return request
    if request.state != State.QUEUED:
        raise CannotWithdraw
    move(request, State.WITHDRAWN, Event.WITHDRAWN, actor=actor)
    return request


# --- The yes ---------------------------------------------------------------------------------------
def create_request(
    actor: Actor,
    note: NoteInput,
    snapshot: NoteSnapshot,
    form_key: uuid.UUID,
    origin: str,
    now: datetime,
    certificate: LoadedCertificate | None,
    *,
    follows: InvoiceRequest | None = None,
) -> InvoiceRequest:
    """Store one request with number, ids, bytes, history and work. Inside the caller's transaction, which
    holds the company's lock and checked the gates.

    Raises NotIssuable, and what `NFSeGateway.prepare` raises.
    """
    company = Company.objects.select_related("tax_profile").get(firm_id=actor.firm_id, pk=note.company_id)
    request = build_request(
        actor=actor,
        company=company,
        note=note,
        snapshot=snapshot,
        number=_allocate(snapshot, company.tax_profile.series),
        certificate=certificate,
        form_key=form_key,
        origin=origin,
        now=now,
    )
    request.follows = follows
    begin(request, Event.CONFIRMED, actor=actor)
    kinds.enqueue_for(request, kinds.SEND)
    return request


def _allocate(snapshot: NoteSnapshot, series: int) -> int:
    """Take the next number of the series, locked until the commit; a rollback gives it back (R96)."""
    key = {
        "issuer_index": index_issuer(snapshot.issuer.document),
        "city_code": snapshot.issuer.city_code,
        "series": series,
        "environment": Environment(snapshot.environment).value,
    }
    NumberSeries.objects.bulk_create([NumberSeries(**key)], ignore_conflicts=True)
    row = NumberSeries.objects.select_for_update().get(**key)
    row.last_number += 1
    row.save(update_fields=["last_number"])
    return row.last_number


def _find_by_form(firm_id: int, note: NoteInput, form_key: uuid.UUID) -> InvoiceRequest | None:
    found = InvoiceRequest.objects.filter(firm_id=firm_id, form_key=form_key).first()
    if found is not None and found.company_id != note.company_id:
        raise FormKeyReused
    return found
