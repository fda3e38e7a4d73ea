"""What the ADN says of a note's cities reaches the mirror and the document, asked by work alone (R55)."""

import uuid
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from fiscal.documents.clock import competence_today
from fiscal.gateways.parameters import ParametersGateway, service_code
from fiscal.tests.notes import PORTO_ALEGRE
from nfse.models import Company, ServiceProfile, TaxProfile
from nfse.services.city_check import check_company_city
from nfse.services.issuing.cities import READ_CITY
from nfse.services.issuing.confirming import MirrorChanged, confirm_request
from nfse.services.profiles import ServiceData, create_service, update_service
from nfse.services.setup_requests import CHECK_CITY
from nfse.states import State
from nfse.tests.firms import make_city, make_office
from nfse.tests.issuing import make_shop, work_off
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)
VARZEA_GRANDE = "5108402"
PLACE = ServiceProfile.Incidence.PLACE


@pytest.fixture
def shop(sandbox):
    """A company of the normal regime, whose rate the city that receives the ISS decides."""
    cache.clear()
    shop = make_shop(make_office(), sandbox, "national")
    Company.objects.update(tax_regime="normal")
    TaxProfile.objects.update(
        simples_apportionment=None,
        total_tax_mode="percents",
        total_tax_percent=None,
        total_tax_federal=Decimal("13.45"),
        total_tax_state=Decimal(0),
        total_tax_municipal=Decimal("2.00"),
        ibs_cbs={"cindop": "100301", "cst": "000", "cclasstrib": "000001"},
    )
    shop.company.services.update(cnbs="115022000", iss_rate=Decimal("2.50"))
    return shop


def asked(shop):
    return len(shop.sandbox.calls("parameters"))


def iss(mirror):
    return next(line.text for line in mirror.lines if line.key == "iss")


def works_elsewhere(shop, city_code):
    """Surveillance is taxed where it is done."""
    make_city(city_code, "Outra", "SP")
    shop.company.services.update(ctribnac="110201", cnbs="118025000", incidence_rule=PLACE)
    return shop.note(place_city_code=city_code)


def test_a_mirror_asks_nobody_and_has_work_ask(shop):
    before = asked(shop)

    assert iss(shop.prepare()) == "pela alíquota da prefeitura"
    assert iss(shop.prepare()) == "pela alíquota da prefeitura"

    assert asked(shop) == before
    assert WorkItem.objects.filter(kind=READ_CITY).count() == 1


def test_a_city_that_says_nothing_is_asked_once_a_minute_however_often_a_page_is_looked_at(shop):
    shop.prepare()
    readings = WorkItem.objects.filter(kind=READ_CITY)
    assert readings.delete()[0] == 1, "it ran, and nobody answered"

    for _ in range(3):
        shop.prepare()
    assert not readings.exists()

    cache.delete_pattern("*")
    shop.prepare()
    assert readings.count() == 1


def test_a_reading_that_is_rolled_back_is_asked_for_again_at_once(shop):
    """A turn of the chat is repeated when more was written meanwhile."""
    with suppress(InterruptedError), transaction.atomic():
        shop.prepare()
        raise InterruptedError
    readings = WorkItem.objects.filter(kind=READ_CITY)
    assert not readings.exists()

    shop.prepare()

    assert readings.count() == 1


def test_the_next_mirror_shows_the_rate_of_the_city(shop):
    shop.sandbox.set_city(PORTO_ALEGRE, rate="2.90", since="2026-01-01")
    shop.prepare()
    run_due()
    WorkItem.objects.all().delete()

    assert iss(shop.prepare()) == "pela alíquota da prefeitura, 2,9%"
    assert not WorkItem.objects.exists()


def test_a_rate_in_force_is_known_for_another_day_too(shop):
    since = competence_today(timezone.now()).replace(day=1)
    shop.sandbox.set_city(PORTO_ALEGRE, rate="2.90", since=since.isoformat())
    check_company_city(company_id=shop.company.pk, now=timezone.now())

    assert iss(shop.prepare(competence_date=since)).endswith("2,9%")
    before = since - timedelta(days=1)
    assert iss(shop.prepare(competence_date=before)) == "pela alíquota da prefeitura"


def test_the_daily_check_learns_the_rates_of_the_services(shop):
    shop.sandbox.set_city(PORTO_ALEGRE, rate="2.90", since="2026-01-01")

    check_company_city(company_id=shop.company.pk, now=timezone.now())

    assert iss(shop.prepare()) == "pela alíquota da prefeitura, 2,9%"
    assert not WorkItem.objects.filter(kind=READ_CITY).exists()


def test_a_new_or_changed_service_is_asked_about(shop):
    WorkItem.objects.all().delete()
    data = ServiceData(nickname="Obra", ctribnac="070202", incidence_rule=PLACE)
    who = {"firm_id": shop.office.firm.pk, "user_id": shop.office.accountant.pk}
    service = create_service(**who, company_id=shop.company.pk, data=data)
    assert WorkItem.objects.get().kind == CHECK_CITY
    WorkItem.objects.all().delete()

    update_service(**who, service_id=service.pk, data=data)

    assert WorkItem.objects.get().kind == CHECK_CITY


def test_a_city_without_agreement_gets_the_rate_of_the_profile(shop):
    note = works_elsewhere(shop, VARZEA_GRANDE)
    assert shop.prepare(note).snapshot.iss_rate is None
    run_due()

    mirror = shop.prepare(note)

    assert mirror.snapshot.iss_rate == Decimal("2.50")
    assert iss(mirror) == "2,5% = R$ 37,50"


def test_without_the_rate_of_the_profile_the_rule_says_so_before_sending(shop):
    note = works_elsewhere(shop, VARZEA_GRANDE)
    shop.company.services.update(iss_rate=None)
    shop.prepare(note)
    run_due()

    assert "E0619" in [problem.code for problem in shop.prepare(note).problems]


def test_what_was_learned_meanwhile_is_shown_before_the_yes_counts(shop):
    """Between mirror and yes the city turned out to have no agreement: the document changes, so ask again."""
    note = works_elsewhere(shop, VARZEA_GRANDE)
    seen = shop.prepare(note)
    run_due()

    assert not seen.problems
    with pytest.raises(MirrorChanged):
        confirm_request(**shop.who, note=note, mirror_hash=seen.hash, form_key=uuid.uuid4())


def test_a_city_that_answers_nothing_stops_no_note(shop):
    shop.sandbox.fail("parameters", "status", status=503)

    assert work_off(shop.confirm()).state == State.ISSUED


def test_what_is_kept_is_renewed_before_it_lapses(shop, monkeypatch):
    now = timezone.now()
    check_company_city(company_id=shop.company.pk, now=now)
    before = asked(shop)
    check_company_city(company_id=shop.company.pk, now=now)
    assert asked(shop) == before

    monkeypatch.setattr("fiscal.gateways.parameters.time.time", lambda: now.timestamp() + 20 * 3600)
    check_company_city(company_id=shop.company.pk, now=now)

    assert asked(shop) == before + 2  # the agreement and one rate
    code, day = service_code("010701"), competence_today(now)
    kept = ParametersGateway(environment="staging", certificate=None)
    assert kept.find_rate(PORTO_ALEGRE, code, day) is not None
