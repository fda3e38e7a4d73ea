"""Takers of a firm (N9, A19, R28, R90, R101)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from nfse.actors import Actor
from nfse.models import ChangeRecord, Taker
from nfse.permissions import NotFound
from nfse.selectors.takers import find_taker_by_document, get_taker, list_company_totals, list_takers
from nfse.services.companies import InvalidDocument
from nfse.services.places import InvalidPhone, InvalidPostalCode, UnknownCity
from nfse.services.takers import (
    CannotMerge,
    DifferentDocuments,
    NameMissing,
    NotLookedUp,
    StatusNotAccepted,
    TakerClosed,
    TakerData,
    TakerTaken,
    create_taker,
    create_taker_from_registry,
    merge_takers,
    update_taker,
)
from nfse.tests.firms import COMPANY_CNPJS, acting, make_city, make_company, make_request, make_taker
from nfse.tests.registered import make_record

pytestmark = pytest.mark.django_db
CNPJ, BRANCH, CPF = "11444777000161", "11444777000242", "11144477735"
DATA = TakerData(name="Padaria Central Ltda")


def by(office, role="attendant"):
    return {"actor": acting(office, role)}


def test_a_taker_is_kept_clean(office):
    data = TakerData(
        name=" Padaria Central Ltda ",
        phone="55 99912-3456",
        postal_code="97010-000",
        city_code=make_city().pk,
    )
    taker = create_taker(**by(office), document="11.444.777/0001-61", data=data)
    assert (taker.document, taker.name, taker.phone, taker.postal_code) == (
        CNPJ,
        "Padaria Central Ltda",
        "+5555999123456",
        "97010000",
    )
    assert find_taker_by_document(office.firm.pk, "11.444.777/0001-61") == taker


def test_a_cpf_is_found_but_not_readable_in_the_database_nor_in_the_trail(office):
    taker = create_taker(**by(office), document="111.444.777-35", data=TakerData(name="João da Silva"))
    assert get_taker(office.firm.pk, taker.pk).document == CPF
    assert find_taker_by_document(office.firm.pk, CPF) == taker
    assert list(list_takers(office.firm.pk, text="111.444.777-35")) == [taker]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM nfse_taker t UNION SELECT c::text FROM nfse_changerecord c")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "João da Silva" in stored
    assert CPF not in stored
    assert "111.444.777" not in stored


def test_what_is_wrong_is_named_and_nothing_is_kept(office):
    for document, data, error in (
        ("11444777000160", DATA, InvalidDocument),
        ("", DATA, InvalidDocument),
        (CNPJ, TakerData(name="  "), NameMissing),
        (CNPJ, TakerData(name="X", phone="9"), InvalidPhone),
        (CNPJ, TakerData(name="X", postal_code="9"), InvalidPostalCode),
        (CNPJ, TakerData(name="X", city_code="9999999"), UnknownCity),
    ):
        with pytest.raises(error):
            create_taker(**by(office), document=document, data=data)
    assert not Taker.objects.exists()


@pytest.mark.parametrize(
    ("status", "accepted", "error"),
    [
        ("01", True, TakerClosed),
        ("08", True, TakerClosed),
        ("03", False, StatusNotAccepted),
        ("04", False, StatusNotAccepted),
        ("03", True, None),
        ("04", True, None),
        ("02", False, None),
        ("", False, None),
    ],
)
def test_the_registry_status_blocks_or_asks(office, status, accepted, error):
    if status:
        make_record(CNPJ, status=status)
    create = {**by(office), "document": CNPJ, "data": DATA, "accept_status": accepted}
    if error is None:
        assert create_taker(**create).registry_status == status
    else:
        with pytest.raises(error):
            create_taker(**create)


def test_a_looked_up_cnpj_becomes_a_taker_with_what_the_registry_says(office):
    make_city()
    record = make_record(CNPJ, email="sem arroba")

    taker = create_taker_from_registry(**by(office), cnpj="11.444.777/0001-61")

    assert (taker.document, taker.name, taker.email) == (CNPJ, "PADARIA CENTRAL LTDA", "")
    assert (taker.city_id, taker.postal_code) == ("4316907", "97050000")
    assert (taker.registry_status, taker.registry_fetched_at) == ("02", record.fetched_at)
    for cnpj, error in ((BRANCH, NotLookedUp), (CNPJ, TakerTaken)):
        with pytest.raises(error):
            create_taker_from_registry(**by(office), cnpj=cnpj)


def test_an_edit_brings_what_the_registry_says_now_and_keeps_it_when_it_is_silent(office):
    taker = make_taker(office.firm, CNPJ, registry_status="04")
    changed = {**by(office), "taker_id": taker.pk, "data": DATA}

    assert update_taker(**changed).registry_status == "04"
    make_record(CNPJ, status="02")
    assert update_taker(**changed).registry_status == "02"


def test_a_document_is_one_taker_per_firm(office, other_office):
    create_taker(**by(office), document=CPF, data=DATA)
    with pytest.raises(TakerTaken):
        create_taker(**by(office), document=CPF, data=DATA)
    theirs = create_taker(**by(other_office), document=CPF, data=TakerData(name="Outro nome"))
    assert find_taker_by_document(office.firm.pk, CPF).name == DATA.name
    assert find_taker_by_document(other_office.firm.pk, CPF) == theirs


@pytest.mark.django_db(transaction=True)
def test_the_same_taker_twice_at_once_is_one(office):
    def create(_):
        try:
            return create_taker(**by(office), document=CNPJ, data=DATA)
        except TakerTaken:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(made is not None for made in pool.map(create, range(2))) == 1
    assert Taker.objects.count() == ChangeRecord.objects.count() == 1


def test_the_database_takes_no_taker_without_document(office):
    with pytest.raises(IntegrityError), transaction.atomic():
        Taker.objects.create(firm=office.firm, name="Sem documento")


def test_an_edit_of_one_firm_touches_no_other(office, other_office):
    ours, theirs = make_taker(office.firm), make_taker(other_office.firm)
    update_taker(**by(office), taker_id=ours.pk, data=TakerData(name="Nome novo", remark="cliente antigo"))
    theirs.refresh_from_db()
    assert (theirs.name, theirs.remark) == ("Padaria Central Ltda", "")
    change = ChangeRecord.objects.get()
    assert (change.firm, change.after["name"]) == (office.firm, "Nome novo")


def test_merging_fills_what_is_empty_and_hides_the_other(office):
    kept = make_taker(office.firm, CNPJ, email="a@nitro.example")
    gone = make_taker(office.firm, BRANCH, email="b@nitro.example", nickname="Filial")
    merge_takers(**by(office), kept_id=kept.pk, merged_id=gone.pk)
    kept.refresh_from_db()
    assert (kept.email, kept.nickname) == ("a@nitro.example", "Filial")
    assert list(list_takers(office.firm.pk)) == [kept]
    assert find_taker_by_document(office.firm.pk, BRANCH) is None
    assert get_taker(office.firm.pk, gone.pk).merged_into == kept
    with pytest.raises(NotFound):
        merge_takers(**by(office), kept_id=kept.pk, merged_id=gone.pk)


def test_chains_of_merges_lead_to_the_last(office):
    first = make_taker(office.firm, CNPJ)
    second = make_taker(office.firm, BRANCH)
    third = make_taker(office.firm, "11444777000323")
    merge_takers(**by(office), kept_id=second.pk, merged_id=first.pk)
    merge_takers(**by(office), kept_id=third.pk, merged_id=second.pk)
    first.refresh_from_db()
    assert first.merged_into == third


def test_two_persons_are_not_merged(office):
    company, person = make_taker(office.firm, CNPJ), make_taker(office.firm, CPF)
    another = make_taker(office.firm, "52998224725")
    with pytest.raises(CannotMerge):
        merge_takers(**by(office), kept_id=company.pk, merged_id=company.pk)
    for kept, gone in ((company, person), (person, company), (person, another)):
        with pytest.raises(DifferentDocuments):
            merge_takers(**by(office), kept_id=kept.pk, merged_id=gone.pk)


def test_the_list_searches_names_and_documents(office, django_assert_num_queries):
    bakery = make_taker(office.firm, CNPJ, nickname="pão", city=make_city())
    person = make_taker(office.firm, CPF, name="João da Silva")
    for text, found in (
        ("", [person, bakery]),
        ("central padaria", [bakery]),
        ("PÃO", [bakery]),
        ("11.444.777", [bakery]),
        ("11144477735", [person]),
        ("11", []),
        ("nada", []),
    ):
        assert list(list_takers(office.firm.pk, text=text)) == found, text
    with django_assert_num_queries(1):
        assert [taker.city and taker.city.name for taker in list_takers(office.firm.pk)]


def test_notes_and_reais_are_counted_per_company_without_tests_and_void_notes(office, other_office):
    taker, merged = make_taker(office.firm), make_taker(office.firm, BRANCH)
    merge_takers(**by(office), kept_id=taker.pk, merged_id=merged.pk)
    vale = make_company(office.firm, legal_name="Vale")
    serra = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Serra")
    real = {"issued": True, "environment": "production"}
    make_request(vale, number=1, amount="100.10", taker=taker, **real)
    make_request(vale, number=2, amount="200.20", taker=merged, **real)
    make_request(serra, number=1, amount="1000.00", taker=taker, **real)
    make_request(serra, number=2, amount="5.00", taker=taker, issued=True)
    make_request(serra, number=3, amount="7.00", taker=taker, environment="production")
    void = make_request(serra, number=4, amount="9.00", taker=taker, **real).invoice
    void.status = "canceled"
    void.save()
    row = list_takers(office.firm.pk).get()
    assert (row.note_count, row.note_total) == (3, Decimal("1300.30"))
    assert [
        (total.company_name, total.note_count, total.amount)
        for total in list_company_totals(office.firm.pk, taker.pk)
    ] == [("Serra", 1, Decimal("1000.00")), ("Vale", 2, Decimal("300.30"))]
    assert list_company_totals(other_office.firm.pk, taker.pk) == []


def test_strangers_meet_nothing(office, other_office):
    ours, branch = make_taker(office.firm), make_taker(office.firm, BRANCH)
    theirs = make_taker(other_office.firm)
    for change in (
        lambda: update_taker(**by(other_office), taker_id=ours.pk, data=DATA),
        lambda: merge_takers(**by(other_office), kept_id=theirs.pk, merged_id=branch.pk),
        lambda: merge_takers(**by(other_office), kept_id=ours.pk, merged_id=branch.pk),
        lambda: create_taker(
            actor=Actor(office.firm.pk, user_id=other_office.owner.pk), document=CPF, data=DATA
        ),
        lambda: get_taker(other_office.firm.pk, ours.pk),
    ):
        with pytest.raises(NotFound):
            change()
    assert list(list_takers(other_office.firm.pk)) == [theirs]
    assert find_taker_by_document(other_office.firm.pk, BRANCH) is None
    assert not ChangeRecord.objects.exists()
