"""What must hold before a mirror is shown, and again at the yes (N8, N9, N17, R86, R87, R90)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings

from core.errors import NitroError
from core.formatting import format_date
from core.money import format_brl
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Gateway, TaxRegime, WhoFixes
from fiscal.values import NoteSnapshot, RuleProblem
from nfse.models import Company, InvoiceRequest
from nfse.readiness import Need, list_missing
from nfse.selectors.companies import read_readiness
from nfse.selectors.duties import duty_of
from nfse.services.issuing.building import sent_by_person_since
from nfse.services.issuing.snapshots import NoteInput, Parts
from nfse.services.retentions import NOTHING, check_rates
from nfse.services.takers import StatusNotAccepted, TakerClosed, check_status
from nfse.states import State

MIN_DESCRIPTION, MAX_DESCRIPTION = 10, 1000
TWIN_WINDOW = timedelta(hours=24)
OVER = frozenset({State.REJECTED, State.FAILED, State.WITHDRAWN, State.CANCELED, State.REPLACED})


def gate(
    code: str, field: str, message: str, who: WhoFixes = WhoFixes.FIRM, *, blocking: bool = True
) -> RuleProblem:
    """Return a problem of ours, in the same shape as the authority's."""
    return RuleProblem(code=code, field=field, message_pt=message, who_fixes=who, blocking=blocking)


def check_company(company: Company, now: datetime) -> list[RuleProblem]:
    """Return what keeps a company (of `selectors.companies`) from issuing any note (N8).

    IBS and CBS depend on the competence of each note (`check_note`).
    """
    return [
        gate(item.need, item.target, item.message, item.who_fixes)
        for item in list_missing(read_readiness(company, now=now))
        if item.need is not Need.IBS_CBS
    ]


def check_note(parts: Parts, note: NoteInput, now: datetime) -> list[RuleProblem]:
    """Return what is wrong with this note, and warnings, which do not block."""
    found = []
    words = " ".join(note.description.split())
    if not MIN_DESCRIPTION <= len(words) <= MAX_DESCRIPTION:
        text = f"A descrição deve ter de {MIN_DESCRIPTION} a {MAX_DESCRIPTION} caracteres."
        found.append(gate("description", "description", text, WhoFixes.CLIENT))
    found += _check_competence(note, now)
    found += _check_amount(parts, note.amount) + _check_taker(parts) + _check_plugnotas(parts)
    found += _check_federal(parts, note)
    return found + _check_ibs_cbs(parts, note.competence_date)


def first_competence(now: datetime) -> date:
    """Return the oldest day that a note may be of (N17): NFSE_COMPETENCE_DAYS before today."""
    return competence_today(now) - timedelta(days=settings.NFSE_COMPETENCE_DAYS)


def find_twin(firm_id: int, parts: Parts, snapshot: NoteSnapshot, now: datetime) -> InvoiceRequest | None:
    """Return a request for the same taker, amount and description as this note (N21).

    It was confirmed, or sent again by a person, in the last 24 hours.
    The note that is being replaced is no twin of its replacement.
    """
    recent = InvoiceRequest.objects.filter(
        sent_by_person_since(now - TWIN_WINDOW),
        firm_id=firm_id,
        company=parts.company,
        taker=parts.taker,
        amount=snapshot.amount,
    ).exclude(state__in=OVER)
    if parts.replaced is not None:
        recent = recent.exclude(pk=parts.replaced.request_id)
    words = snapshot.service.description.casefold()
    matching = (each for each in recent if each.snapshot.service.description.casefold() == words)
    return next(matching, None)


def _check_competence(note: NoteInput, now: datetime) -> list[RuleProblem]:
    """A replacement keeps the day of the note that it replaces, however old (E0060, E0061)."""
    if note.competence_date > competence_today(now):
        text = "A competência não pode ser depois de hoje."
    elif note.substitutes is None and note.competence_date < first_competence(now):
        text = f"A competência não pode ser antes de {format_date(first_competence(now))}."
    else:
        return []
    return [gate("competence", "competence_date", text, WhoFixes.CLIENT)]


def _check_amount(parts: Parts, amount: Decimal) -> list[RuleProblem]:
    if amount <= 0:
        return [gate("amount", "amount", "Informe um valor maior que zero.", WhoFixes.CLIENT)]
    if amount * 100 > parts.profile.limit_cents:
        limit = format_brl(parts.profile.limit_cents)
        return [gate("limit", "amount", f"O valor passa do limite por nota desta empresa ({limit}).")]
    return []


def _check_federal(parts: Parts, note: NoteInput) -> list[RuleProblem]:
    """What one note changes of the retentions; what the service says was checked when it was saved."""
    try:
        check_rates(parts.company, note.federal or NOTHING)
    except NitroError as error:
        return [gate("federal", "federal", error.message)]
    return []


def _check_plugnotas(parts: Parts) -> list[RuleProblem]:
    """PlugNotas takes no note without these two (plugnotas.md 4). A MEI is told of the gateway itself."""
    company, service = parts.company, parts.service
    if company.gateway != Gateway.PLUGNOTAS:
        return []
    found = []
    if not service.cnae and not company.main_cnae:
        text = "Informe o CNAE do serviço, ou o principal da empresa: o PlugNotas não aceita nota sem ele."
        found.append(gate("cnae", "serv/cServ", text))
    if service.iss_rate is None and company.tax_regime != TaxRegime.MEI:
        text = "Informe a alíquota do ISS do serviço: o PlugNotas não aceita nota sem ela."
        found.append(gate("iss_rate", "serv/cServ", text))
    return found


def _check_ibs_cbs(parts: Parts, competence: date) -> list[RuleProblem]:
    """Only at the national gateway: of PlugNotas no contract says that a city asks for it."""
    company = parts.company
    if company.gateway != Gateway.NATIONAL or parts.profile.ibs_cbs:
        return []
    duty = duty_of(company, parts.service.ctribnac)
    if duty is None or competence < duty.due_from:
        return []
    who = "do Simples Nacional" if TaxRegime(company.tax_regime).is_simples else "do regime normal"
    if competence >= duty.refused_from:
        text = (
            f"Desde a competência de {format_date(duty.refused_from)}, a nota {who} precisa informar "
            "o IBS e a CBS. Preencha o grupo no perfil fiscal."
        )
        return [gate("ibs_cbs", "IBSCBS", text)]
    text = (
        f"Desde {format_date(duty.due_from)}, a empresa {who} deve informar o IBS e a CBS, e o perfil fiscal "
        f"não os tem. A nota só será recusada por isso a partir de {format_date(duty.refused_from)}."
    )
    return [gate("ibs_cbs", "IBSCBS", text, blocking=False)]


def _check_taker(parts: Parts) -> list[RuleProblem]:
    taker = parts.taker
    if taker is None:
        if parts.profile.allow_unidentified_taker:
            return []
        text = "Informe o tomador: esta empresa não emite notas sem tomador identificado."
        return [gate("taker", "taker", text, WhoFixes.CLIENT_OR_FIRM)]
    if taker.document == parts.company.document:
        text = "O tomador não pode ser a própria empresa."
        return [gate("own_taker", "taker", text, WhoFixes.CLIENT)]
    try:
        check_status(taker.registry_status, accepted=False)
    except TakerClosed as error:
        return [gate("taker_closed", "taker", error.message, WhoFixes.CLIENT)]
    except StatusNotAccepted as error:
        return [gate("taker_suspended", "taker", error.message, WhoFixes.CLIENT, blocking=False)]
    return []
