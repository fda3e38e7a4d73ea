"""Trying a service out: the mirror of a sample note and everything that would block it (A18).

Nothing is stored, no number is used and nobody is asked. Unlike the mirror of a real note, it goes on after
a problem, so that one look shows everything that is left to do.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from fiscal.documents.clock import competence_today
from fiscal.documents.mirror import MirrorLine, mirror_lines
from fiscal.enumerations import Gateway
from fiscal.values import RuleProblem
from nfse.models import Company, ServiceProfile, Taker, TaxProfile
from nfse.permissions import Right, require_right
from nfse.readiness import Need
from nfse.selectors.companies import find_tax_profile, get_company, get_service
from nfse.services.issuing import gates
from nfse.services.issuing.cities import snapshot_with_city
from nfse.services.issuing.preparing import check_rules, find_certificate
from nfse.services.issuing.snapshots import NoteInput, Parts
from registry.values import BLOCKING_STATUSES

AMOUNT = Decimal("100.00")
DESCRIPTION = "Nota de exemplo para conferir o cadastro do serviço"
FICTITIOUS = ("11222333000181", "11444777000161")  # one for every company, which cannot be its own taker


@dataclass(frozen=True)
class Sample:
    """What a sample note looks like and what is wrong with it. `lines` is empty without a tax profile,
    `taker_id` is None when the taker is fictitious.
    """

    lines: tuple[MirrorLine, ...]
    problems: tuple[RuleProblem, ...]
    warnings: tuple[RuleProblem, ...]
    taker_id: int | None
    is_checked_by_rules: bool

    @property
    def is_good(self) -> bool:
        return not self.problems


def try_service(*, firm_id: int, user_id: int, service_id: int, now: datetime | None = None) -> Sample:
    """Return the mirror of a sample note of a service, made out to the firm's newest taker.

    Without one that a note may be made out to, the taker is fictitious. Raises NotFound, NotAllowed.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    now = now or timezone.now()
    service = get_service(firm_id, service_id)
    company = get_company(firm_id, service.company_id)
    profile = find_tax_profile(firm_id, company.pk)
    problems = gates.check_company(company, now)
    if profile is None:
        return Sample((), tuple(problems), (), taker_id=None, is_checked_by_rules=False)
    taker = _find_taker(company) or _invent_taker(company)
    return _make_sample(company, profile, service, taker, problems, now)


def _make_sample(
    company: Company,
    profile: TaxProfile,
    service: ServiceProfile,
    taker: Taker,
    problems: list[RuleProblem],
    now: datetime,
) -> Sample:
    note = NoteInput(
        company_id=company.pk,
        taker_id=taker.pk,
        service_id=service.pk,
        amount=min(AMOUNT, Decimal(profile.limit_cents) / 100),
        description=service.description_template or DESCRIPTION,
        competence_date=competence_today(now),
    )
    is_at_taker = service.incidence_rule == ServiceProfile.Incidence.TAKER
    place = taker.city if is_at_taker and taker.city else company.city
    parts = Parts(company, profile, service, taker, place)
    snapshot, known = snapshot_with_city(parts, note)
    problems = problems + gates.check_note(parts, note, now)
    has_rules = company.gateway == Gateway.NATIONAL and Need.TAX_PROFILE not in {
        problem.code for problem in problems
    }
    if has_rules:
        certificate = find_certificate(company.firm_id, company.pk)
        problems += check_rules(snapshot, known, company, profile, now, certificate)
    return Sample(
        lines=tuple(mirror_lines(snapshot, known.rate)),
        problems=tuple(problem for problem in problems if problem.blocking),
        warnings=tuple(problem for problem in problems if not problem.blocking),
        taker_id=taker.pk,
        is_checked_by_rules=has_rules,
    )


def _find_taker(company: Company) -> Taker | None:
    """Return the newest taker that a note may be made out to; those with an address come first."""
    takers = Taker.objects.filter(firm_id=company.firm_id, merged_into=None).select_related("city")
    takers = takers.exclude(registry_status__in=BLOCKING_STATUSES)
    others = takers.exclude(document_index=Taker.index_document(company.document)).order_by("-pk")
    return others.exclude(street="").exclude(city=None).first() or others.first()


def _invent_taker(company: Company) -> Taker:
    """Return an invented taker of the company's own city, which is not stored."""
    taker = Taker(
        firm_id=company.firm_id,
        name="Tomador de exemplo",
        street="Rua de Exemplo",
        number="100",
        district="Centro",
        postal_code=company.postal_code,
        city=company.city,
    )
    taker.document = next(cnpj for cnpj in FICTITIOUS if cnpj != company.document)
    return taker
