"""Follow what the ADN hands out to each company: an event of anybody is a reason to read its note (N16).

One question per company instead of one per note, so a city's event is seen within minutes. It is a hint, as a
webhook is: state follows from what the note's own events say, and each note is read in its turn anyway.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.errors import ProviderError
from fiscal.documents.certificates import CertificateRefused
from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.national.distribution import Batch, Distribution
from nfse.models import Company, DistributionCursor, Invoice, InvoiceRequest
from nfse.selectors.certificates import NoCertificate
from nfse.services.certificates import load_certificate
from nfse.services.issuing import kinds
from nfse.states import STANDING
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)
READ_DISTRIBUTION = "nfse.read_distribution"
EVERY = timedelta(minutes=15)
MAX_BATCHES = 20
"""Of one run, about 1,000 documents; what is left is read by the next one, at once."""
COMPANIES = 200


def enqueue_due_distributions(*, now: datetime) -> int:
    """Enqueue the reading of companies with notes that may still change; return how many. Called by beat."""
    changeable = Invoice.objects.filter(
        company=OuterRef("pk"), environment=OuterRef("environment"), read_next_at__isnull=False
    )
    read_lately = DistributionCursor.objects.filter(
        company=OuterRef("pk"), environment=OuterRef("environment"), next_at__gt=now
    )
    due = Company.objects.filter(
        Exists(changeable),
        ~Exists(read_lately),
        Q(certificates__is_active=True, certificates__valid_until__gt=now),
        gateway=Gateway.NATIONAL,
        is_active=True,
        firm__is_active=True,
    )
    with transaction.atomic(durable=True):
        companies = list(due.order_by("pk")[:COMPANIES])
        _postpone(companies, now + EVERY)
        for company in companies:
            enqueue(
                kind=READ_DISTRIBUTION,
                payload={"company_id": company.pk},
                dedupe_key=f"company:{company.pk}",
                ordering_key=f"nfse.distribution:{company.pk}",
                priority=150,
            )
    return len(companies)


def read_distribution(*, company_id: int) -> dict[str, int | str]:
    """Read what is new for a company and have the notes that it names read again; called by the queue.

    Twice does no harm: the cursor only rises, and a note that waits to be read waits once.
    """
    company = Company.objects.get(pk=company_id)
    environment = Environment(company.environment)
    try:
        certificate = load_certificate(firm_id=company.firm_id, company_id=company.pk)
    except (NoCertificate, CertificateRefused) as error:
        return {"waits": type(error).__name__}
    reader = Distribution(environment=environment, certificate=certificate, document=company.document)
    cursor, _ = DistributionCursor.objects.get_or_create(
        company=company,
        environment=environment,
        defaults={"firm_id": company.firm_id, "next_at": timezone.now() + EVERY},
    )
    last_nsu, hints, unread = cursor.last_nsu, 0, 0
    for _ in range(MAX_BATCHES):
        try:
            batch = reader.read_after(last_nsu)
        except ProviderError as error:
            log.warning("distribution_unread", company_id=company.pk, reason=type(error).__name__)
            return {"waits": type(error).__name__, "hints": hints, "unread": unread}
        if batch.is_empty:
            return {"last_nsu": last_nsu, "hints": hints, "unread": unread}
        last_nsu = batch.last_nsu
        hints += _take(cursor, batch)
        unread += batch.unread
    DistributionCursor.objects.filter(pk=cursor.pk).update(next_at=timezone.now())
    return {"last_nsu": last_nsu, "hints": hints, "unread": unread}


def _take(cursor: DistributionCursor, batch: Batch) -> int:
    """Have the named notes read again and move the cursor past everything, understood or not, together."""
    keys = {one.access_key for one in batch.documents if one.is_event}
    with transaction.atomic(durable=True):
        requests = InvoiceRequest.objects.filter(
            firm_id=cursor.firm_id,
            company_id=cursor.company_id,
            environment=cursor.environment,
            invoice__access_key__in=keys,
            state__in=STANDING,
        ).defer("payload_text", "snapshot_data")
        found = list(requests.order_by("pk"))
        for request in found:
            kinds.enqueue_for(request, kinds.READ)
        ahead = DistributionCursor.objects.filter(pk=cursor.pk, last_nsu__lt=batch.last_nsu)
        ahead.update(last_nsu=batch.last_nsu)
    return len(found)


def _postpone(companies: list[Company], until: datetime) -> None:
    DistributionCursor.objects.bulk_create(
        [
            DistributionCursor(
                firm_id=company.firm_id, company=company, environment=company.environment, next_at=until
            )
            for company in companies
        ],
        update_conflicts=True,
        unique_fields=["company", "environment"],
        update_fields=["next_at"],
    )
