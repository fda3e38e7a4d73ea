"""IBS and CBS by date: rates, totals, and who owes them (contract national 13)."""

from datetime import date
from decimal import Decimal

import pytest

from fiscal.documents.amounts import preview_amounts
from fiscal.documents.reform import RATES, find_duty, rates_on
from fiscal.enumerations import TaxRegime
from fiscal.tests.notes import normal_snapshot

FROM = {"normal_refused_from": date(2027, 1, 1), "simples_from": date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("day", "ibs", "cbs"),
    [
        (date(2025, 12, 31), None, None),
        (date(2026, 1, 1), "1.50", "13.50"),
        (date(2026, 12, 31), "1.50", "13.50"),
        (date(2027, 1, 1), "1.50", None),
        (date(2028, 12, 31), "1.50", None),
        (date(2029, 1, 1), None, None),
        (date(2033, 1, 1), None, None),
    ],
)
def test_a_preview_uses_the_rates_of_its_competence_and_shows_no_unknown_amount(day, ibs, cbs):
    preview = preview_amounts(normal_snapshot(amount=Decimal(1500), competence_date=day))

    assert (preview.ibs, preview.cbs) == (ibs and Decimal(ibs), cbs and Decimal(cbs))


def test_the_periods_follow_one_another_and_the_total_changes_in_2027():
    assert [rates.starts_on for rates in RATES] == sorted({rates.starts_on for rates in RATES})
    assert [rates_on(day).is_added for day in (date(2026, 12, 31), date(2027, 1, 1))] == [False, True]


@pytest.mark.parametrize(
    ("regime", "service", "due", "refused"),
    [
        (TaxRegime.NORMAL, "010701", date(2026, 10, 1), date(2027, 1, 1)),
        (TaxRegime.NORMAL, "01.03.01", date(2026, 12, 1), date(2027, 1, 1)),
        (TaxRegime.SIMPLES, "010701", date(2027, 1, 1), date(2027, 1, 1)),
        (TaxRegime.SIMPLES_EXCESS, "010301", date(2027, 1, 1), date(2027, 1, 1)),
    ],
)
def test_each_regime_owes_from_its_own_day(regime, service, due, refused):
    duty = find_duty(regime, service, **FROM)

    assert (duty.due_from, duty.refused_from) == (due, refused)


def test_the_mei_owes_nothing():
    assert find_duty(TaxRegime.MEI, "010701", **FROM) is None
