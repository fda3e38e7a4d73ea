"""Places judged by the loaded registry alone, for operators and for the benchmark (docs/leads.md)."""

from collections.abc import Sequence
from dataclasses import replace

from leads.matching import PlaceValue
from leads.resolution import Case, Resolution, conclude
from leads.selectors.contacts import list_common_phones
from leads.selectors.open_data import list_own_candidates
from leads.selectors.places import mark_shared_contacts
from registry.selectors.open_data import list_own_records


def resolve_in_registry(places: Sequence[PlaceValue]) -> list[Resolution]:
    """Say of each place which company of the loaded registry it is, in order, as a search would.

    However old the load is, and without asking a provider or the base. Reads only. A fixed number of queries.
    """
    values = mark_shared_contacts(places)
    candidates = list_own_candidates(values)
    records = list_own_records({cnpj for cnpjs in candidates.values() for cnpj in cnpjs})
    cases = [
        Case(city=value.city, place=value, searched=True).with_records(
            {cnpj: records[cnpj] for cnpj in candidates.get(value.id, []) if cnpj in records}
        )
        for value in values
    ]
    return [conclude(case) for case in mark_common_phones(cases)]


def mark_common_phones(cases: Sequence[Case]) -> list[Case]:
    """Tell each case which phones, of its place and of its candidates, several companies have."""
    phones = {phone for case in cases for record in case.records.values() for phone in record.phones}
    common = list_common_phones(phones | {case.place.phone for case in cases if case.place})
    return [
        replace(case, place=replace(case.place, common_phones=common)) if case.place else case
        for case in cases
    ]
