"""What is kept of the cities of a note, and the work that learns it (contract national 3 and 5.5).

A page never asks: it uses what is kept, and has work ask for what is not, for the next look.
"""

from contextlib import suppress
from datetime import date
from functools import partial

from django.core.cache import cache
from django.db import transaction

from core.ratelimit import CACHE_DOWN
from fiscal.documents.certificates import CertificateRefused
from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.parameters import ParametersGateway, incidence_city, service_code
from fiscal.values import CityParameters, NoteSnapshot
from nfse.models import Company
from nfse.selectors.certificates import NoCertificate
from nfse.services.certificates import load_certificate
from nfse.services.issuing.snapshots import NoteInput, Parts, build_snapshot
from queue_worker.services import enqueue

READ_CITY = "nfse.read_city"
ASK_AGAIN_SECONDS = 60


def snapshot_with_city(parts: Parts, note: NoteInput) -> tuple[NoteSnapshot, CityParameters]:
    """Return the content of a note and what is kept of its cities.

    The document states the rate where the city that receives the ISS is known to have no agreement.
    """
    snapshot = build_snapshot(parts, note)
    if parts.company.gateway != Gateway.NATIONAL:
        return snapshot, CityParameters()
    known = _kept(snapshot).find_parameters(snapshot)
    if known.incidence_agreement_active is False:
        snapshot = build_snapshot(parts, note, incidence_agreement_active=False)
    return snapshot, known


def request_reading(company_id: int, snapshot: NoteSnapshot) -> bool:
    """Have work ask what is not kept of the cities of a note; return whether there was something to ask.

    A page may call it, also one that is only looked at: however often, there is one reading at a time, and a
    city that does not answer is asked once a minute for each company and day.
    """
    if _kept(snapshot).is_kept(snapshot):
        return False
    city = incidence_city(snapshot)
    code = service_code(snapshot.service.ctribnac, snapshot.service.ctribmun)
    key = f"{snapshot.environment}:{city}:{code}"
    day = snapshot.competence_date.isoformat()
    mark = f"{READ_CITY}:{key}:{day}:{company_id}"
    if not _is_time_to_ask(mark):
        return True
    with transaction.atomic():
        enqueue(
            kind=READ_CITY,
            payload={
                "company_id": company_id,
                "city_code": city,
                "service_code": code,
                "day": day,
            },
            dedupe_key=key,
            priority=50,
        )
        transaction.on_commit(partial(_note_asked, mark))
    return True


def _is_time_to_ask(mark: str) -> bool:
    try:
        return cache.get(mark) is None
    except CACHE_DOWN:
        return True  # the work's key still lets one reading wait, and no more


def _note_asked(mark: str) -> None:
    """Remember a reading once it is certain: a caller's transaction that rolls back takes it along."""
    with suppress(*CACHE_DOWN):
        cache.set(mark, 1, timeout=ASK_AGAIN_SECONDS)


def read_city(*, company_id: int, city_code: str, service_code: str, day: str) -> None:
    """Ask a city for its agreement and the rate of a service on an ISO day; repeatable.

    What nobody answers stays unknown: it stops no note.
    """
    company = Company.objects.get(pk=company_id)
    try:
        certificate = load_certificate(firm_id=company.firm_id, company_id=company.pk)
    except (NoCertificate, CertificateRefused):
        return
    gateway = ParametersGateway(environment=Environment(company.environment), certificate=certificate)
    gateway.find_for(company.city_id, city_code, service_code, date.fromisoformat(day))


def _kept(snapshot: NoteSnapshot) -> ParametersGateway:
    return ParametersGateway(environment=snapshot.environment, certificate=None)
