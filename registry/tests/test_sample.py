"""Every count and every case of the sample's expected.json, after one load (registry.md §3.3)."""

import re
from collections import Counter

import pytest
from django.db.models import Count, Q
from django.utils import timezone

from registry.models import (
    RegistryCode,
    RegistryCompany,
    RegistryEstablishment,
    RegistryImport,
    RegistryName,
    RegistryPartner,
    RegistryShared,
    RegistrySimples,
)
from registry.services.registry_import.files import read_delivery_date
from registry.tests.sample import CASES, EXPECTED, forget_registry, load_sample, raw_establishments

ACTIVE = Q(status="02")


@pytest.fixture(scope="module")
def loaded_sample(django_db_setup, django_db_blocker):
    """The counts of one load that all tests of this module read."""
    with django_db_blocker.unblock():
        yield load_sample()
        forget_registry()


@pytest.fixture(autouse=True)
def report(loaded_sample, db):
    return loaded_sample


def establishments(case):
    return RegistryEstablishment.objects.filter(pk__in=CASES[case])


def companies(case):
    return RegistryCompany.objects.filter(pk__in=CASES[case])


def test_every_line_is_inserted_repeated_or_rejected(report):
    names = {"companies": "empresas", "establishments": "estabelecimentos", "partners": "socios"}
    for ours, theirs in (names | {"simples": "simples"}).items():
        counts = report["tables"][ours]
        assert counts["read"] == EXPECTED["rows"][theirs]
        assert counts["inserted"] == EXPECTED["unique"][theirs]
        assert counts["read"] == counts["inserted"] + counts["duplicates"]
        assert counts["rejected"] == {}
    codes = sum(file["rows"] for name, file in EXPECTED["files"].items() if not name[-5].isdigit())
    assert report["tables"]["codes"]["read"] == codes - EXPECTED["rows"]["simples"]


def test_tables_hold_what_the_counts_say(report):
    for model, name in (
        (RegistryCompany, "companies"),
        (RegistryEstablishment, "establishments"),
        (RegistryPartner, "partners"),
        (RegistrySimples, "simples"),
    ):
        assert model.objects.count() == report["tables"][name]["inserted"]
    assert RegistryImport.objects.get().report == report
    assert report["delivery_date"] == str(read_delivery_date(".D61114.", timezone.localdate()))


def test_the_sample_has_the_active_companies_that_it_promises():
    active = RegistryEstablishment.objects.filter(ACTIVE)
    assert active.count() == EXPECTED["active_establishments"]
    assert active.filter(is_headquarters=True).count() == EXPECTED["active_headquarters"]
    assert active.exclude(trade_name="").count() == EXPECTED["active_with_trade_name"]
    cities = dict(active.exclude(uf="EX").values_list("municipality").annotate(Count("pk")))
    assert {city: cities.get(city) for city in EXPECTED["active_by_city"]} == EXPECTED["active_by_city"]
    found = Counter(active.values_list("municipality", "main_cnae"))
    for city, by_cnae in EXPECTED["active_by_city_and_main_cnae"].items():
        assert {cnae: found[city, cnae] for cnae in by_cnae} == by_cnae


def test_the_sample_has_the_people_and_letters_that_it_promises():
    assert RegistrySimples.objects.filter(is_mei=True).count() == EXPECTED["mei"]
    letters = RegistryEstablishment.objects.filter(pk__regex="[A-Z]")
    assert letters.count() == EXPECTED["alphanumeric_establishments"]
    roots = RegistryCompany.objects.values("pk")
    assert (
        RegistryEstablishment.objects.filter(root__in=roots).count()
        == EXPECTED["establishments_with_company"]
    )


def test_eight_digit_mobiles_get_their_ninth_digit():
    old = {
        "".join(fields[:3]): fields[22]
        for fields in raw_establishments()
        if fields[5] == "02" and len(fields[22]) == 8 and fields[22][0] in "6789"
    }
    rows = RegistryEstablishment.objects.in_bulk(old)
    assert len(rows) == EXPECTED["active_with_8_digit_mobile"]
    assert all(rows[cnpj].phones[0][5:] == f"9{number}" for cnpj, number in old.items())


def test_malformed_emails_are_left_out(report):
    malformed = establishments("malformed_email")
    assert set(malformed.values_list("email", flat=True)) == {""}
    active = RegistryEstablishment.objects.filter(ACTIVE)
    with_at_sign = sum("@" in fields[27] and fields[5] == "02" for fields in raw_establishments())
    odd = {"FINANCEIRO@.EXAMPLE", "VENDAS @LOJA.EXAMPLE", "CONTATO@", "A@@B.EXAMPLE"}
    left_out = sum(fields[27] in odd and fields[5] == "02" for fields in raw_establishments())
    assert with_at_sign == EXPECTED["active_with_at_sign_in_email"]
    assert active.exclude(email="").count() == with_at_sign - left_out
    assert report["repairs"]["email_unusable"] >= malformed.count()


def test_names_lose_the_owners_cpf():
    rows = companies("legal_name_ends_in_cpf")
    assert rows.count() == len(CASES["legal_name_ends_in_cpf"])
    assert not rows.filter(legal_name__regex=r"[0-9]{11}").exists()
    assert not RegistryCompany.objects.filter(legal_name__regex=r"^[0-9]{2}\.[0-9]{3}\.[0-9]{3} ").exists()


@pytest.mark.parametrize("case", ["stray_quote_in_legal_name", "doubled_quotes_in_legal_name"])
def test_quotes_inside_a_name_stay_in_the_name(case):
    rows = companies(case)
    assert rows.count() == len(CASES[case])
    assert all('"' in row.legal_name for row in rows)


def test_backslashes_mean_themselves():
    at_end = establishments("backslash_at_end_of_complement")
    assert at_end.count() == len(CASES["backslash_at_end_of_complement"])
    assert all(row.complement.endswith("\\") for row in at_end)
    in_street = establishments("backslash_before_quote_in_street")
    assert in_street.count() == len(CASES["backslash_before_quote_in_street"])
    assert all("\\" in row.street for row in in_street)


def test_nul_bytes_vanish_and_are_counted(report):
    cases = ("nul_byte_in_complement", "nul_byte_in_legal_name")
    assert establishments(cases[0]).count() == len(CASES[cases[0]])
    assert companies(cases[1]).count() == len(CASES[cases[1]])
    assert report["repairs"]["nul_bytes"] >= sum(len(CASES[case]) for case in cases)


@pytest.mark.parametrize(
    "case",
    [
        "establishment_repeated_identical",
        "establishment_repeated_with_other_phone",
    ],
)
def test_a_repeated_establishment_is_kept_once(case):
    assert establishments(case).count() == len(CASES[case])


def test_a_repeated_company_is_kept_once():
    assert companies("company_repeated").count() == len(CASES["company_repeated"])


def test_exact_repeats_of_a_partner_are_one_and_another_role_stays():
    same = RegistryPartner.objects.filter(root__in=CASES["partner_repeated_identical"])
    assert (
        not same.values("root", "name", "document", "qualification", "joined_date")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for root in CASES["partner_repeated_with_other_role"]:
        roles = RegistryPartner.objects.filter(root=root).values("name", "document")
        assert max(row["times"] for row in roles.annotate(times=Count("qualification"))) > 1


@pytest.mark.parametrize(
    ("case", "model"),
    [
        ("company_without_establishment", RegistryCompany),
        ("establishment_without_company", RegistryEstablishment),
        ("partner_without_company", RegistryPartner),
        ("taxes_without_company", RegistrySimples),
    ],
)
def test_rows_without_their_other_half_are_kept(case, model):
    roots = CASES[case]
    assert model.objects.filter(root__in=roots).values("root").distinct().count() == len(roots)
    if model is not RegistryCompany:
        assert not RegistryCompany.objects.filter(pk__in=roots).exists()


def test_codes_outside_the_tables_are_kept_and_supplemented():
    statuses = set(establishments("status_outside_layout").values_list("status", flat=True))
    assert statuses <= {"05", "07"}
    assert RegistryCode.objects.get(kind="reason", code="32").is_supplement
    assert RegistryCode.objects.get(kind="qualification", code="36").is_supplement
    assert set(establishments("reason_missing_from_table").values_list("status_reason", flat=True)) == {"32"}
    for kind, case, field in (
        ("cnae", "cnae_missing_from_table", "main_cnae"),
        ("municipality", "municipality_missing_from_table", "municipality"),
    ):
        codes = set(establishments(case).values_list(field, flat=True))
        assert codes
        assert not RegistryCode.objects.filter(kind=kind, code__in=codes).exists()


def test_unusable_amounts_dates_and_postal_codes_are_empty_and_counted(report):
    assert set(companies("capital_sentinel").values_list("capital", flat=True)) == {None}
    assert set(companies("negative_capital").values_list("capital", flat=True)) == {None}
    assert set(establishments("unusable_postal_code").values_list("postal_code", flat=True)) == {""}
    assert set(establishments("impossible_date").values_list("status_date", flat=True)) == {None}
    assert report["repairs"]["postal_code_padded"] >= EXPECTED["postal_codes_with_7_digits"]
    assert not RegistryEstablishment.objects.filter(postal_code__regex="^.{1,7}$").exists()


def test_spaces_headquarters_size_and_special_cases_read_right():
    assert not establishments("padded_spaces_in_trade_name").filter(trade_name__contains="  ").exists()
    for cnpj in CASES["headquarters_not_0001"]:
        root = RegistryEstablishment.objects.filter(root=cnpj[:8])
        assert root.filter(is_headquarters=True).exclude(pk__regex="^.{8}0001").count() == 1
    assert set(companies("size_blank").values_list("size", flat=True)) == {""}
    assert not establishments("situacao_especial").filter(special_status="").exists()
    assert set(establishments("abroad").values_list("uf", flat=True)) == {"EX"}
    assert companies("public_body").get().public_entity


def test_partners_of_every_kind_are_there():
    kinds = {"foreign_partner": "3", "partner_is_a_company": "1"}
    for case, kind in kinds.items():
        found = RegistryPartner.objects.filter(root__in=CASES[case], kind=kind)
        assert found.values("root").distinct().count() == len(CASES[case])
    assert not RegistryPartner.objects.filter(representative_document="***000000**").exists()
    minors = RegistryPartner.objects.filter(root__in=CASES["partner_is_a_minor"]).exclude(
        representative_name=""
    )
    assert minors.exists()


def test_branches_with_letters_belong_to_their_numeric_root():
    for row in establishments("alphanumeric_branch_of_numeric_root"):
        assert row.root.isdigit()
        assert row.cnpj.startswith(row.root)


def test_an_accountants_phone_is_known_as_shared():
    phones = RegistryShared.objects.filter(kind="phone")
    assert phones.filter(value__endswith="30009000").exists()
    assert all(row.company_count >= 20 for row in phones)


def test_names_are_found_by_a_word_in_their_city():
    words = RegistryName.objects.values_list("words", flat=True)
    assert (
        RegistryName.objects.count() == RegistryEstablishment.objects.filter(ACTIVE).exclude(uf="EX").count()
    )
    assert all(
        re.fullmatch(r"[0-9]{4}:([a-z0-9]{2,}|@[^@\s]+\.example)", word) for row in words for word in row
    )
