from django.urls import reverse

from accounts.tests.factories import make_buyer
from credits.references import Link, resolve_references
from credits.values import Reference
from leads.tests.factories import make_search


def test_the_statement_names_and_opens_the_searches_of_the_account(account):
    search = make_search(account)
    reference = Reference("search", str(search.pk))

    assert resolve_references(account.pk, [reference]) == {
        reference: Link(
            f"Busca nº {search.pk}: Pet Shop em Santa Maria - RS", reverse("leads:search", args=[search.pk])
        )
    }


def test_a_search_of_somebody_else_has_no_name(account):
    search = make_search(account)
    _, stranger = make_buyer("outra@nitro.example")

    assert resolve_references(stranger.pk, [Reference("search", str(search.pk))]) == {}
