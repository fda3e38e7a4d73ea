"""Recompute a draft: what is wrong, missing or to be asked, and the mirror once all is there (§5.2)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from core.text import fold
from fiscal.documents.clock import competence_today
from fiscal.values import LoadedCertificate, RuleProblem
from nfse.actors import Actor
from nfse.models import Company, ServiceProfile, TaxProfile
from nfse.selectors.companies import get_company, list_services
from nfse.services.issuing import gates
from nfse.services.issuing.cities import request_reading
from nfse.services.issuing.preparing import Mirror, make_mirror
from nfse.services.issuing.snapshots import NoteInput
from whatsapp.conversation.draft import Draft, Option, Trouble
from whatsapp.conversation.facts import Fields
from whatsapp.conversation.states import Question
from whatsapp.reading.service_words import ACCEPTED_BUT_GENERIC
from whatsapp.reading.values import Asked, Reason
from whatsapp.services.talking.takers import NOBODY, Client, find_client, find_usual_description, save_taker
from whatsapp.texts import text_of_problem


@dataclass(frozen=True)
class Evaluation:
    """Where a draft stands. `question`: what is asked besides the fields; `missing`: fields without a value.

    `waits`: nothing is missing but the registry's answer. `blocked`: what only the firm can settle.
    """

    draft: Draft
    fields: Fields
    company: Company
    client: Client = NOBODY
    question: Question | None = None
    missing: tuple[str, ...] = ()
    waits: bool = False
    note: NoteInput | None = None
    mirror: Mirror | None = None
    blocked: tuple[RuleProblem, ...] = ()

    @property
    def gates_pass(self) -> bool:
        return not self.blocked


@dataclass(frozen=True)
class Issuing:
    """For whom a draft is made and by whom. `certificate` was opened before the transaction."""

    actor: Actor
    company_id: int
    now: datetime
    certificate: LoadedCertificate | None


def check_company(company: Company, now: datetime) -> tuple[RuleProblem, ...]:
    """Return what keeps a company, as `get_company` returned it, from issuing any note (N8)."""
    return tuple(gates.check_company(company, now))


def evaluate(issuing: Issuing, draft: Draft) -> Evaluation:
    """Recompute a draft of a known company. Inside the caller's transaction: it may add the taker's row."""
    firm_id = issuing.actor.firm_id
    company = get_company(firm_id, issuing.company_id)
    profile = getattr(company, "tax_profile", None)
    draft = _check_own(_check_limit(replace(draft, options=draft.options), profile), company)
    if draft.trouble_of(Asked.TAKER) is None or draft.document:
        draft, client = find_client(firm_id, draft)
    else:
        client = NOBODY
    if client.is_blocked:
        draft = draft.with_trouble(Trouble(Asked.TAKER, "T17_CLOSED", draft.document))
    draft, question = _ask_besides(issuing, draft, client)
    missing = _list_missing(draft)
    draft = replace(draft, options=draft.options if question else ())
    open_now = Evaluation(draft, Fields.INCOMPLETE, company, client, question, missing)
    if draft.troubles and question is None:
        return replace(open_now, fields=Fields.BAD)
    if question is not None or missing:
        return open_now
    if client.taker is None and draft.registry in {"pending", "unknown"}:
        return replace(open_now, waits=True)
    return _finish(issuing, open_now)


def _finish(issuing: Issuing, open_now: Evaluation) -> Evaluation:
    """All fields are there: choose the service, have the taker's row, and make the mirror."""
    draft, firm_id = open_now.draft, issuing.actor.firm_id
    services = list(list_services(firm_id, issuing.company_id))
    if not services:
        problems = check_company(open_now.company, issuing.now)
        return replace(open_now, fields=Fields.VALID, blocked=problems)
    service, others = _choose_service(draft, services)
    if service is None:
        options = tuple(Option(str(one.pk), (one.nickname, *one.keywords)) for one in others)
        asking = replace(draft, options=options)
        return replace(open_now, draft=asking, question=Question.CHOOSE_SERVICE)
    taker = save_taker(issuing.actor, draft, open_now.client)
    draft = replace(draft, taker_id=taker.pk, taker_name=taker.name)
    note = note_of(issuing, draft, service)
    mirror = make_mirror(firm_id, note, issuing.now, issuing.certificate)
    if mirror.snapshot is not None and issuing.certificate is not None:
        request_reading(issuing.company_id, mirror.snapshot)
    ours = [problem for problem in mirror.problems if _is_askable(problem)]
    if ours and len(ours) == len(mirror.problems):
        problem = ours[0]
        known = text_of_problem(problem.code)
        draft = draft.with_trouble(Trouble(known.field, known.text))
        return replace(open_now, draft=draft, fields=Fields.BAD)
    client = replace(open_now.client, taker=taker, name=taker.name)
    return replace(
        open_now,
        draft=draft,
        client=client,
        fields=Fields.VALID,
        note=note,
        mirror=mirror,
        blocked=mirror.problems,
    )


def note_of(issuing: Issuing, draft: Draft, service: ServiceProfile) -> NoteInput:
    """Return what the issuing services are given; a day that nobody stated is today (§5.5)."""
    return NoteInput(
        company_id=issuing.company_id,
        taker_id=draft.taker_id,
        service_id=service.pk,
        amount=Decimal(draft.cents or 0) / 100,
        description=draft.description,
        competence_date=draft.competence or competence_today(issuing.now),
        withheld=draft.withheld,
        federal=draft.federal,
        place_city_code=draft.place_city_code,
        taker_postal_code=draft.postal_code,
        taker_number=draft.street_number,
    )


def _is_askable(problem: RuleProblem) -> bool:
    """Whether the person can settle it here. An address is the firm's to complete: a CEP names no street."""
    return text_of_problem(problem.code).field not in {"", "address"}


def _check_limit(draft: Draft, profile: TaxProfile | None) -> Draft:
    if profile is None or draft.cents is None or draft.cents <= profile.limit_cents:
        return draft
    trouble = Trouble(Asked.AMOUNT, Reason.AMOUNT_TOO_HIGH, str(draft.cents))
    return replace(draft, cents=None).with_trouble(trouble)


def _check_own(draft: Draft, company: Company) -> Draft:
    if draft.document != company.document:
        return draft
    trouble = Trouble(Asked.TAKER, Reason.DOC_OWN, draft.document)
    return replace(draft, document="", taker_id=None, taker_name="").with_trouble(trouble)


def _ask_besides(issuing: Issuing, draft: Draft, client: Client) -> tuple[Draft, Question | None]:
    """Return the question that goes before the missing fields, or none."""
    amount = draft.trouble_of(Asked.AMOUNT)
    if amount is not None and len(amount.options) == 2 and not _worse_than(draft, Asked.AMOUNT):
        options = tuple(Option(cents, (cents,)) for cents in amount.options)
        return replace(draft, options=options), Question.CHOOSE_AMOUNT
    if draft.options and not draft.document and draft.taker_id is None and not draft.troubles:
        return draft, Question.CHOOSE_TAKER
    if draft.troubles and not _is_only_generic(draft):
        return draft, None
    if client.is_doubtful and not draft.accepts_status:
        return draft, Question.TAKER_STATUS
    return _suggest(issuing, draft)


def _worse_than(draft: Draft, field: str) -> bool:
    """Whether a trouble that is asked about first waits."""
    return any(trouble.field == Asked.TAKER and field != Asked.TAKER for trouble in draft.troubles)


def _is_only_generic(draft: Draft) -> bool:
    return [(one.field, one.reason) for one in draft.troubles] == [(Asked.DESCRIPTION, Reason.DESC_GENERIC)]


def _suggest(issuing: Issuing, draft: Draft) -> tuple[Draft, Question | None]:
    """Offer the description that this client usually gets, when nothing else is missing (W16)."""
    is_vague = fold(draft.description) in ACCEPTED_BUT_GENERIC
    says_little = not draft.description or is_vague or _is_only_generic(draft)
    others = set(_list_missing(draft)) - {Asked.DESCRIPTION.value}
    if draft.refuses_suggestion or not says_little or others:
        return draft, None
    usual = find_usual_description(issuing.actor.firm_id, issuing.company_id, draft.taker_id, issuing.now)
    if not usual or fold(usual) == fold(draft.description):
        return draft, None
    question = Question.GENERIC_DESCRIPTION if draft.description else Question.KEEP_DESCRIPTION
    return replace(draft, suggestion=usual), question


def _list_missing(draft: Draft) -> tuple[str, ...]:
    missing = []
    if not draft.document and draft.taker_id is None:
        missing.append(Asked.TAKER.value)
    elif len(draft.document) == 11 and not draft.taker_name:
        missing.append(Asked.TAKER_NAME.value)
    if draft.cents is None:
        missing.append(Asked.AMOUNT.value)
    if not draft.description:
        missing.append(Asked.DESCRIPTION.value)
    troubled = {trouble.field for trouble in draft.troubles}
    return tuple(field for field in missing if field not in troubled)


def _choose_service(
    draft: Draft, services: list[ServiceProfile]
) -> tuple[ServiceProfile | None, list[ServiceProfile]]:
    """Return the service of the note, or None and those among which the person must choose (N3)."""
    chosen = next((one for one in services if one.pk == draft.service_id), None)
    if chosen is not None:
        return chosen, []
    words = fold(draft.description)
    matching = [one for one in services if any(_holds(words, keyword) for keyword in one.keywords)]
    if len(matching) == 1:
        return matching[0], []
    if len(matching) > 1:
        return None, matching
    default = next((one for one in services if one.is_default), None)
    if default is not None or len(services) == 1:
        return default or services[0], []
    return None, services


def _holds(words: str, keyword: str) -> bool:
    known = fold(keyword)
    return bool(known) and re.search(rf"\b{re.escape(known)}\b", words) is not None
