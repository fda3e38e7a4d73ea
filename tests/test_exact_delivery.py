"""A search with nothing failing delivers exactly what is right in the sandbox's world, traps and all."""

import pytest
from django.core.management import call_command

from accounts.tests.factories import make_buyer
from credits.tests.factories import fund
from leads.tests.engine import ask, delivered_cnpjs, run_to_end


@pytest.fixture
def account(transactional_db):
    call_command("load_catalogs", verbosity=0)
    _, account = make_buyer()
    fund(account, 500)
    return account


@pytest.mark.parametrize(
    ("niche", "city"),
    [
        pytest.param("pet shop", "4316907", id="sample city, three pages"),
        pytest.param("dentista", "3509502", id="branches under one sign"),
        pytest.param("loja de vinil", "4106902", id="free text, alphanumeric"),
        pytest.param("pet shop", "4310504", id="small town, neighbours shown"),
        pytest.param("táxi aéreo", "4316907", id="nothing to find"),
    ],
)
def test_all_that_is_right_comes_and_nothing_that_is_wrong(account, sandbox, niche, city):
    search = run_to_end(ask(account, quantity=90, niche=niche, city_code=city))
    truth = sandbox.world(niche, city)
    delivered = delivered_cnpjs(search)
    assert set(truth["right"]) <= delivered <= {*truth["right"], *truth["maybe"]}
    assert (search.status, search.reason) == ("partial" if delivered else "completed", "exhausted")
