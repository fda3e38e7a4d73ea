"""The row of a request that is not stored yet: what is frozen, its identity, the bytes to send (N10)."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from core.errors import NitroError
from fiscal.documents.clock import competence_today, issue_time
from fiscal.documents.layouts import choose_layout, read_schedule
from fiscal.documents.rules import Context, check_xml
from fiscal.enumerations import Gateway
from fiscal.gateways import get_gateway
from fiscal.gateways.base import Allocation
from fiscal.values import LoadedCertificate, NoteSnapshot, RuleProblem
from nfse.actors import Actor
from nfse.models import Company, Invoice, InvoiceRequest
from nfse.models.invoices import index_issuer
from nfse.services.issuing.snapshots import NoteInput

RETRY_FOR = timedelta(hours=24)
"""For so long after a person sent a request, by a yes or again, an unavailable gateway is tried."""


class NotIssuable(NitroError):
    """Something blocks the note; `problems` names each thing, its field and who fixes it (R86, R94)."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        self.problems = problems
        super().__init__(problems[0].message_pt)


def sent_by_person_since(moment: datetime) -> Q:
    """Return the filter of requests that a person sent, by a yes or again, at a moment or later."""
    return Q(retry_until__gte=moment + RETRY_FOR)


def build_request(
    *,
    actor: Actor,
    company: Company,
    note: NoteInput,
    snapshot: NoteSnapshot,
    number: int,
    certificate: LoadedCertificate | None,
    form_key: uuid.UUID,
    origin: str,
    now: datetime,
) -> InvoiceRequest:
    """Return the request of a note under the DPS `number`, as confirmed at `now`; it is not saved.

    `company` has its tax profile loaded. Raises NotIssuable, and what `NFSeGateway.prepare` raises.
    """
    series = company.tax_profile.series
    replaced = Invoice.objects.get(pk=note.substitutes.invoice_id) if note.substitutes else None
    is_national = company.gateway == Gateway.NATIONAL
    allocation = Allocation(
        integration_id=f"nitro-{uuid.uuid4().hex}",
        issued_at=issue_time(now),
        series=series,
        number=number,
        layout=choose_layout(
            snapshot.environment, competence_today(now), read_schedule(settings.NFSE_LAYOUTS)
        ),
        replaces_id=replaced.reference.get("provider_id", "") if replaced else "",
    )
    gateway = get_gateway(
        company.gateway,
        environment=snapshot.environment,
        city_code=snapshot.issuer.city_code,
        certificate=certificate,
    )
    prepared = gateway.prepare(snapshot, allocation)
    if is_national:
        _check_signed(prepared.payload, certificate, now)
    request = InvoiceRequest(
        firm_id=actor.firm_id,
        company=company,
        taker_id=note.taker_id,
        service_id=note.service_id,
        environment=snapshot.environment,
        gateway=company.gateway,
        origin=origin,
        form_key=form_key,
        snapshot_data=snapshot.to_dict(),
        content_hash=snapshot.content_hash(),
        amount=snapshot.amount,
        competence_date=snapshot.competence_date,
        taker_name=snapshot.taker.name if snapshot.taker else "",
        substitutes=replaced,
        issuer_index=index_issuer(snapshot.issuer.document),
        city_code=snapshot.issuer.city_code,
        integration_id=allocation.integration_id,
        series=series,
        number=number,
        dps_id=prepared.id if is_national else None,
        layout=prepared.layout,
        prepared_id=prepared.id,
        payload_sha256=prepared.sha256,
        confirmed_by_id=actor.user_id,
        confirmed_by_phone_id=actor.phone_id,
        confirmed_at=now,
        retry_until=now + RETRY_FOR,
    )
    request.payload = prepared.payload
    return request


def _check_signed(payload: bytes, certificate: LoadedCertificate | None, now: datetime) -> None:
    known = certificate.certificate if certificate else None
    found = check_xml(payload, known, context=Context(now=now))
    problems = [problem for problem in found if problem.blocking]
    if problems:
        raise NotIssuable(problems)
