"""The mirror beside the form: lines, sums, what blocks, what is still missing (N17, N21)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from fiscal.documents.amounts import ZERO, Preview, preview_amounts
from fiscal.documents.mirror import MirrorLine, format_percent, format_reais
from fiscal.documents.retentions import name_withheld
from fiscal.values import NoteSnapshot
from nfse.selectors.companies import get_company
from nfse.services.issuing.gates import check_company
from nfse.services.issuing.preparing import Mirror
from portal.forms.issuing import IssueForm
from portal.views.problem_links import ShownProblem, Subject, show_problems

NOT_COMPARED = {"issuer", "test", "substitutes"}


@dataclass(frozen=True)
class Sum:
    """One line of the preview of amounts."""

    label: str
    text: str
    is_total: bool = False


@dataclass(frozen=True)
class ShownMirror:
    """All that the fragment draws. Without `lines` the form is not complete, or something blocks."""

    is_test: bool = False
    lines: tuple[MirrorLine, ...] = ()
    sums: tuple[Sum, ...] = ()
    problems: list[ShownProblem] = field(default_factory=list)
    warnings: list[ShownProblem] = field(default_factory=list)
    twin_id: int | None = None
    hash: str = ""
    missing: tuple[str, ...] = ()

    @property
    def can_confirm(self) -> bool:
        return bool(self.hash)


@dataclass(frozen=True)
class ComparedLine:
    """One line of the old note beside the new one's."""

    label: str
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


def compare_lines(old: Iterable[MirrorLine], new: Iterable[MirrorLine]) -> list[ComparedLine]:
    """Return both mirrors line by line; what only one of them has is empty in the other."""
    before = {line.key: line for line in old if line.key not in NOT_COMPARED}
    after = {line.key: line for line in new if line.key not in NOT_COMPARED}
    return [
        ComparedLine(
            (after.get(key) or before[key]).label,
            before[key].text if key in before else "",
            after[key].text if key in after else "",
        )
        for key in dict.fromkeys([*before, *after])
    ]


def show_mirror(form: IssueForm, seen: Mirror | None) -> ShownMirror:
    """Return what is shown of a mirror; of a form that is not valid, what it still lacks."""
    is_test = form.issuer_is_test
    if seen is None:
        return ShownMirror(is_test=is_test, problems=_why_not_ready(form), missing=_missing(form))
    subject = Subject(
        company_id=form.company_id,
        taker_id=form.found_taker.pk if form.found_taker else None,
        service_id=form.service_row.pk if form.service_row else None,
        has_form=True,
    )
    return ShownMirror(
        is_test=is_test,
        lines=seen.lines,
        sums=tuple(list_sums(seen.snapshot, seen.city_rate)) if seen.snapshot else (),
        problems=show_problems(seen.problems, subject),
        warnings=show_problems(seen.warnings, subject),
        twin_id=seen.twin_id,
        hash=seen.hash,
    )


def _why_not_ready(form: IssueForm) -> list[ShownProblem]:
    """What a company lacks is told when it is chosen, before anything is typed (N8)."""
    if form.issuer is None or form.issuer.is_ready:
        return []
    company = get_company(form.firm_id, form.issuer.id)
    return show_problems(check_company(company, form.now), Subject(company_id=company.pk))


def list_sums(snapshot: NoteSnapshot, city_rate: Decimal | None = None) -> list[Sum]:
    """Return the sums that the authority will make, as far as they are known; the net value last.

    Args:
        city_rate: percent that the mirror names, where the authority applies the city's.
    """
    preview = preview_amounts(snapshot, city_rate)
    sums = [Sum("Valor do serviço", format_reais(preview.amount))]
    if preview.iss_base != preview.amount:
        sums.append(Sum("Base de cálculo", format_reais(preview.iss_base)))
    sums += _taxes(snapshot, preview)
    if preview.net is not None:
        sums.append(Sum("Líquido a receber", format_reais(preview.net), is_total=True))
    return sums


def _taxes(snapshot: NoteSnapshot, preview: Preview) -> list[Sum]:
    found = []
    if preview.iss is not None:
        rate = format_percent(preview.iss_rate or ZERO)
        kind = "retido pelo tomador" if snapshot.withheld else "a recolher"
        found.append(Sum(f"ISS {rate}, {kind}", _reduction(preview.iss, is_taken=snapshot.withheld)))
    for name, amount in name_withheld(snapshot.federal).items() if snapshot.federal else ():
        found.append(Sum(f"{name} retido pelo tomador", _reduction(amount, is_taken=True)))
    for label, tax in (("IBS (informativo)", preview.ibs), ("CBS (informativo)", preview.cbs)):
        if tax is not None:
            found.append(Sum(label, format_reais(tax)))
    return found


def _reduction(amount: Decimal, *, is_taken: bool) -> str:
    return f"− {format_reais(amount)}" if is_taken else format_reais(amount)


def _missing(form: IssueForm) -> tuple[str, ...]:
    """What a bound form still lacks, in the order of the page: the name of an empty field, else its error."""
    if not form.is_bound:
        return ()
    return tuple(_lack(form, name) for name in form.fields if name in form.errors)


def _lack(form: IssueForm, name: str) -> str:
    label = str(form.fields[name].label).split(" (")[0]
    return f"{label}: {form.errors[name][0]}" if form[name].value() else label
