"""Local rules of rules.csv, checked before anything is sent (R94): schema, local, parameters."""

from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509

from fiscal.documents.clock import issue_time
from fiscal.documents.dps import CannotBuild, build_dps
from fiscal.documents.layouts import LAYOUT_101
from fiscal.documents.rules import (  # noqa: F401 - importing registers; the order is that of the answer
    city,
    envelope,
    events,
    figures,
    header,
    ibs_cbs,
    service,
    substitution,
    taker,
    taxes,
)
from fiscal.documents.rules.base import (
    DOCUMENT_RULES,
    DPS_RULES,
    EVENT_RULES,
    Broken,
    Context,
    Document,
    problem,
    run,
)
from fiscal.documents.schema import validate
from fiscal.documents.signing import verify
from fiscal.documents.xml import UnreadableXml, read_xml
from fiscal.enumerations import WhoFixes
from fiscal.values import CityParameters, NoteSnapshot, RuleProblem

__all__ = ["Context", "check_snapshot", "check_xml", "implemented_codes"]
UNBUILDABLE = "E1235"


def check_snapshot(
    snapshot: NoteSnapshot,
    params: CityParameters | None = None,
    *,
    certificate: x509.Certificate | None = None,
    now: datetime | None = None,
    series: int = 900,
    simples_status: str | None = None,
) -> list[RuleProblem]:
    """Return every local rule that a note would break if it were sent now, before any number is used.

    Args:
        params: what the ADN says of the cities; unknown fields silence their rules.
        certificate: the company's, to check it as well.
        simples_status: opSimpNac that the registry gives for the competence date.
    """
    moment = now or datetime.now(UTC)
    try:
        raw = build_dps(snapshot, series=series, number=1, issued_at=issue_time(moment), layout=LAYOUT_101)
    except CannotBuild as error:
        return [_cannot_build(error)]
    context = Context(
        now=moment,
        environment=snapshot.environment,
        certificate=certificate,
        raw=raw,
        opening_date=snapshot.issuer.opening_date,
        simples_status=simples_status,
        original=snapshot.substitutes.original if snapshot.substitutes else None,
        params=params or CityParameters(),
    )
    root = read_xml(raw)
    schema = tuple(validate(root, "DPS"))
    document = Document(root)
    found = run(DOCUMENT_RULES, document, replace(context, schema=schema))
    return found + run(DPS_RULES, document, context)


def check_xml(
    xml: bytes,
    certificate: x509.Certificate | None = None,
    *,
    context: Context | None = None,
) -> list[RuleProblem]:
    """Return every local rule that a document of any origin breaks: DPS, event request, returned note, junk.

    Args:
        certificate: the one that would transmit, checked as such. context: more that is known; its `raw`,
            `schema`, `signature` and `certificate` are filled in here.
    """
    try:
        root = read_xml(xml)
    except UnreadableXml:
        return [problem("E1226")]
    document = Document(root)
    known = replace(
        context or Context(),
        raw=xml,
        certificate=certificate or (context.certificate if context else None),
        signature=verify(document.signed_part),
        schema=tuple(validate(root)),
    )
    found = run(DOCUMENT_RULES, document, known)
    if document.content is not None:
        found += run(DPS_RULES, document, known)
    if document.event is not None:
        found += run(EVENT_RULES, document, known)
    return found


def implemented_codes() -> set[str]:
    """Return the codes that have a function, E1226 (not well formed) included."""
    return {*DOCUMENT_RULES, *DPS_RULES, *EVENT_RULES, "E1226"}


def _cannot_build(error: CannotBuild) -> RuleProblem:
    broken = problem(UNBUILDABLE, Broken(error.field))
    return replace(broken, message_pt=error.message, who_fixes=WhoFixes.FIRM)
