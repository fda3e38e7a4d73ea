"""The first page of a firm (A11)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.models import Certificate, InvoiceRequest
from nfse.permissions import Right
from nfse.selectors.certificates import EXPIRING_WITHIN
from nfse.selectors.dashboard import (
    FirstSteps,
    Overview,
    get_overview,
    list_nearest_certificates,
)
from nfse.selectors.invoices import list_requests
from nfse.selectors.needs import (
    BlockedCompany,
    list_blocked_companies,
    list_ending_certificates,
    list_troubled,
)

LATEST = 8
TROUBLED = 5
CERTIFICATES = 5
NEEDED = 3


@dataclass(frozen=True)
class Step:
    """One line of the checklist: what to do, why, and where."""

    title: str
    text: str
    is_done: bool
    url: str


@dataclass(frozen=True)
class Needs:
    """What waits for a person; each list is the beginning of one that the page links to."""

    troubled: list[InvoiceRequest]
    certificates: list[Certificate]
    blocked: list[BlockedCompany]
    has_more_blocked: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.troubled or self.certificates or self.blocked)


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def dashboard(request: FirmRequest) -> HttpResponse:
    now = timezone.now()
    firm_id, overview = request.firm.pk, get_overview(request.firm.pk, now=now)
    sees_certificates = Right.SEE_CERTIFICATES in request.rights
    steps = _steps(overview.first_steps) if Right.EDIT_COMPANIES in request.rights else []
    context = {
        "overview": overview,
        "greeting": _greet(now),
        "today": date_format(timezone.localtime(now), r"l, j \d\e F \d\e Y").lower(),
        "month_name": date_format(overview.month, "F"),
        "issued_query": _issued_query(overview),
        "steps": [] if overview.first_steps.is_done else steps,
        "steps_done": sum(step.is_done for step in steps),
        "needs": _read_needs(request, now),
        "certificates": list_nearest_certificates(firm_id)[:CERTIFICATES] if sees_certificates else None,
        "requests": list_requests(firm_id)[:LATEST],
        "now": now,
        "ending_until": now + EXPIRING_WITHIN,
    }
    return render(request, "portal/dashboard/page.html", context)


def _read_needs(request: FirmRequest, now: datetime) -> Needs:
    """Certificates and what companies lack are shown to who can do something about them."""
    firm_id = request.firm.pk
    ending: list[Certificate] = []
    if Right.SEE_CERTIFICATES in request.rights:
        ending = list(list_ending_certificates(firm_id, now=now)[:NEEDED])
    blocked: list[BlockedCompany] = []
    if Right.EDIT_COMPANIES in request.rights:
        blocked = list_blocked_companies(firm_id, now=now, limit=NEEDED + 1)
    troubled = list(list_troubled(firm_id, now=now)[:TROUBLED])
    return Needs(troubled, ending, blocked[:NEEDED], has_more_blocked=len(blocked) > NEEDED)


def _greet(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    if 5 <= hour < 12:
        return "Bom dia"
    return "Boa tarde" if 12 <= hour < 18 else "Boa noite"


def _issued_query(overview: Overview) -> str:
    """The filter of the list of notes that shows what the cards and the chart count."""
    return urlencode(
        {
            "situacao": "emitidas",
            "ambiente": "production",
            "emitida_de": overview.month.isoformat(),
            "emitida_ate": overview.until.isoformat(),
        }
    )


def _steps(done: FirstSteps) -> list[Step]:
    """Each step leads to where it is done; without a company all the rest waits for it."""
    company = [done.company_id] if done.company_id else []

    def of_company(name: str) -> str:
        return reverse(name, args=company) if company else reverse("nfse:new_company")

    return [
        Step(
            "Cadastre uma empresa",
            "O CNPJ preenche o formulário.",
            done.has_company,
            reverse("nfse:new_company"),
        ),
        Step(
            "Envie o certificado A1 dela",
            "O arquivo .pfx e a senha; ele assina as notas.",
            done.has_certificate,
            of_company("nfse:upload_certificate"),
        ),
        Step(
            "Complete o perfil fiscal",
            "Regime e tributos, com ajuda em cada campo.",
            done.has_tax_profile,
            of_company("nfse:tax_profile"),
        ),
        Step(
            "Cadastre um serviço",
            "Com o código de tributação nacional.",
            done.has_service,
            of_company("nfse:new_service"),
        ),
        Step("Cadastre um tomador", "Quem recebe o serviço.", done.has_taker, reverse("nfse:new_taker")),
        Step(
            "Emita uma nota de teste",
            "Em homologação, sem valor fiscal.",
            done.has_note,
            reverse("nfse:issue"),
        ),
        Step(
            "Passe a empresa para produção",
            "A partir daí as notas valem.",
            done.has_production,
            of_company("nfse:switch_environment"),
        ),
    ]
