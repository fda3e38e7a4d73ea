"""A note said again: what was confirmed, read back (N15, N17)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nfse.services.issuing.copying import copy_note, input_of
from nfse.services.takers import merge_takers
from nfse.tests.firms import make_taker

pytestmark = pytest.mark.django_db(transaction=True)
BRANCH = "11444777000242"


def test_what_was_confirmed_is_read_back(national_shop):
    said = national_shop.note(withheld=False)
    request = national_shop.confirm(said)

    assert input_of(request) == replace(said, place_city_code=national_shop.company.city_id)


def test_a_copy_is_of_another_day_and_of_the_taker_that_the_old_one_became(national_shop):
    firm = national_shop.office.firm
    merged, kept = make_taker(firm, BRANCH), make_taker(firm, "11444777000161")
    request = national_shop.confirm(taker_id=merged.pk)
    merge_takers(**national_shop.who, kept_id=kept.pk, merged_id=merged.pk)
    request.refresh_from_db()
    day = request.competence_date - timedelta(days=1)

    copied = copy_note(request, competence_date=day)

    assert (copied.taker_id, copied.competence_date, copied.substitutes) == (kept.pk, day, None)
    assert copied.amount == request.amount
