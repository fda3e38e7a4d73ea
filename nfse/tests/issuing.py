"""Companies that can issue at the sandbox, and the engine worked off in the test's process."""

import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from fiscal.documents.certificates import open_pfx
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Environment
from fiscal.gateways.plugnotas import CompanyRegistration, PlugNotasAccount
from fiscal.tests.notes import ADDRESS, ISSUER_CNPJ, PASSWORD, PORTO_ALEGRE, TAKER_CNPJ, make_issuer
from nfse.actors import Actor
from nfse.models import Certificate, Company, InvoiceRequest, ServiceProfile, Taker
from nfse.services.certificates import OpenedPfx, keep_certificate
from nfse.services.issuing.confirming import confirm_request
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.snapshots import NoteInput
from nfse.states import OPEN, SetupState
from nfse.tests.firms import (
    Office,
    acting,
    make_city,
    make_company,
    make_service,
    make_taker,
    make_tax_profile,
)
from queue_worker.tests.support import make_due, run_due
from sandbox.testing import Sandbox

PLACE = {
    "street": "Rua da Praia",
    "number": "100",
    "district": "Centro",
    "postal_code": "90010000",
}


@dataclass(frozen=True)
class Shop:
    """A company ready to issue through one gateway, with what the tests need of its sandbox."""

    office: Office
    company: Company
    service: ServiceProfile
    taker: Taker
    sandbox: Sandbox
    provider: str

    def note(self, amount: str = "1500.00", **changes: Any) -> NoteInput:
        values: dict[str, Any] = {
            "company_id": self.company.pk,
            "taker_id": self.taker.pk,
            "service_id": self.service.pk,
            "amount": Decimal(amount),
            "description": "Manutenção do site em novembro",
            "competence_date": competence_today(timezone.now()),
        }
        return NoteInput(**{**values, **changes})

    def prepare(self, note: NoteInput | None = None, **changes: Any):
        return prepare_request(**self.who, note=note or self.note(**changes))

    def confirm(self, note: NoteInput | None = None, *, form_key: uuid.UUID | None = None, **changes: Any):
        note = note or self.note(**changes)
        seen = self.prepare(note)
        assert seen.can_confirm, seen.problems
        return confirm_request(
            **self.who, note=note, mirror_hash=seen.hash, form_key=form_key or uuid.uuid4()
        )

    @property
    def who(self) -> dict[str, Actor]:
        return {"actor": acting(self.office)}

    @property
    def issue_path(self) -> str:
        return "*/nfse" if self.provider == "sefin" else "/nfse"

    def fail(self, kind: str, **fields: Any) -> None:
        self.sandbox.fail(self.provider, kind, **{"path": self.issue_path, "method": "POST", **fields})

    def count(self) -> int:
        """How many notes the authority has."""
        if self.provider == "sefin":
            return int(self.sandbox.count_notes("staging", ISSUER_CNPJ)["count"])
        return int(self.sandbox.plugnotas()["count"])

    def posts(self) -> int:
        return sum(
            call["method"] == "POST" and call["path"].endswith("/nfse")
            for call in self.sandbox.calls(self.provider)
        )


def make_shop(office: Office, sandbox: Sandbox, gateway: str) -> Shop:
    opened = open_new_pfx(sandbox, ISSUER_CNPJ)
    company = make_company(
        office.firm,
        ISSUER_CNPJ,
        legal_name="Oficina Rota Sul Ltda",
        city=make_city(PORTO_ALEGRE, "Porto Alegre", "RS"),
        gateway=gateway,
        main_cnae="6209100",
        **PLACE,
    )
    make_tax_profile(company)
    rate = Decimal("2.50") if gateway == "plugnotas" else None
    service = make_service(company, nickname="Site", ctribnac="010701", iss_rate=rate)
    give_certificate(office, company, opened)
    if gateway == "plugnotas":
        _register(company, sandbox, opened.data)
    company.refresh_from_db()
    taker = make_taker(office.firm, TAKER_CNPJ, name="Clínica Bem Viver Ltda", city=company.city, **PLACE)
    return Shop(office, company, service, taker, sandbox, "sefin" if gateway == "national" else gateway)


@cache
def open_new_pfx(sandbox: Sandbox, document: str) -> OpenedPfx:
    """A certificate of the sandbox's authority, made and opened once for all tests."""
    data = sandbox.make_pfx(document, password=PASSWORD)
    return OpenedPfx(data, PASSWORD, open_pfx(data, PASSWORD))


def give_certificate(office: Office, company: Company, opened: OpenedPfx) -> Certificate:
    """What uploading it leaves, without the trial in a process of its own that comes before."""
    with transaction.atomic():
        return keep_certificate(
            company=company,
            user_id=office.accountant.pk,
            opened=opened,
            is_branch=False,
            now=timezone.now(),
        )


def _register(company: Company, sandbox: Sandbox, pfx: bytes) -> None:
    account = PlugNotasAccount()
    certificate_id = account.save_certificate(pfx, PASSWORD, email="a@nitro.example")
    issuer = make_issuer(main_cnae="6209100", address=ADDRESS)
    account.save_company(CompanyRegistration(issuer, Environment.STAGING, certificate_id))
    sandbox.set_plan(polls=1, seconds=0.05, cancel_seconds=0.05)
    Company.objects.filter(pk=company.pk).update(plugnotas_state=SetupState.SENT)


def work_off(request: InvoiceRequest, *, until=lambda state: state not in OPEN, turns: int = 40):
    """Let time pass and work until the request rests; return it fresh."""
    for _ in range(turns):
        make_due()
        run_due()
        request.refresh_from_db()
        if until(request.state):
            break
        time.sleep(0.05)
    return request


def events_of(request: InvoiceRequest) -> list[str]:
    return list(request.history.order_by("pk").values_list("event", flat=True))
