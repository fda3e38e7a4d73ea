"""Authorised phones of a company: one number once, one main phone, nothing readable (A16, R76, R28)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from core.documents import InvalidCpf
from nfse.models import AuthorizedPhone, ChangeRecord
from nfse.permissions import NotFound
from nfse.selectors.phones import count_asking_phones, list_phones, list_phones_of_number
from nfse.selectors.trail import list_changes, read_changes
from nfse.services.phones import (
    InvalidWhatsApp,
    NumberInUse,
    NumberTaken,
    PhoneData,
    PhoneNameMissing,
    activate_phone,
    add_phone,
    deactivate_phone,
    set_main_phone,
    update_phone,
)
from nfse.services.takers import TakerData, create_taker
from nfse.tests.firms import COMPANY_CNPJS, acting, acting_phone, make_company, make_phone

pytestmark = pytest.mark.django_db
DATA = PhoneData(
    name=" João  do Vale ", number="(55) 9912-3456", cpf="111.444.777-35", email="joao@vale.example"
)
NUMBER, CPF = "+5555999123456", "11144477735"


def add(office, company, **changes):
    data = PhoneData(**{**vars(DATA), **changes})
    return add_phone(actor=acting(office, "attendant"), company_id=company.pk, data=data)


def test_a_phone_is_kept_clean_with_its_ninth_digit(office, company):
    phone = AuthorizedPhone.objects.get(pk=add(office, company).pk)

    assert (phone.name, phone.number, phone.cpf) == ("João do Vale", NUMBER, CPF)
    assert (phone.can_issue, phone.can_cancel, phone.is_active, phone.is_main) == (True, False, True, True)
    assert AuthorizedPhone.objects.get(cpf_index=AuthorizedPhone.index_cpf(CPF)) == phone


def test_neither_number_nor_cpf_is_readable_in_the_database_nor_in_the_trail(office, company):
    phone = add(office, company)
    update_phone(
        actor=acting(office),
        phone_id=phone.pk,
        data=PhoneData(**{**vars(DATA), "number": "55 99912-7777", "cpf": ""}),
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(phone)::text FROM nfse_authorizedphone phone")
        stored = cursor.fetchone()[0]
        cursor.execute(
            "SELECT coalesce(string_agg(to_jsonb(change)::text, ''), '') FROM nfse_changerecord change"
        )
        stored += cursor.fetchone()[0]
    assert not any(secret in stored for secret in ("99912", "9123456", "9127777", CPF))
    created, changed = read_changes(office.firm.pk, list_changes(office.firm.pk).order_by("pk"))
    assert created.headline == "Criou o telefone"
    assert {field.label: field.after for field in created.fields}["WhatsApp"] == "(55) •••••-3456"
    assert {field.label: (field.before, field.after) for field in changed.fields} == {
        "WhatsApp": ("(55) •••••-3456", "(55) •••••-7777"),
        "CPF": ("***.444.777-**", "vazio"),
        "Telefone principal": ("sim", "não"),
    }


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "  "}, PhoneNameMissing),
        ({"number": ""}, InvalidWhatsApp),
        ({"number": "9912-3456"}, InvalidWhatsApp),
        ({"number": "0800 700 1234"}, InvalidWhatsApp),
        ({"number": "+1 212 555 0100"}, InvalidWhatsApp),
        ({"number": "(20) 98765-4321"}, InvalidWhatsApp),
        ({"cpf": "111.444.777-36"}, InvalidCpf),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(office, company, change, error):
    with pytest.raises(error):
        add(office, company, **change)
    assert not AuthorizedPhone.objects.exists()
    assert not ChangeRecord.objects.exists()


@pytest.mark.parametrize("spelling", ["(55) 99912-3456", "55 9912-3456", "+55 55 99912 3456"])
def test_a_number_stands_once_in_a_company_in_either_spelling(office, company, spelling):
    phone = add(office, company)
    deactivate_phone(actor=acting(office), phone_id=phone.pk)

    with pytest.raises(NumberTaken):
        add(office, company, number=spelling)
    add(office, make_company(office.firm, COMPANY_CNPJS[1]), number=spelling)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_number_at_once_get_one_phone(office, company):
    def try_to():
        try:
            return add(office, company)
        except NumberTaken:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [future.result(30) for future in [pool.submit(try_to) for _ in range(2)]]
    assert results.count(None) == 1
    assert AuthorizedPhone.objects.count() == 1


# --- Found by the number that writes -----------------------------------------------------------------
@pytest.mark.parametrize("written", ["+5555999123456", "5555999123456", "555599123456"])
def test_a_number_finds_every_company_of_the_firm_that_has_it_and_none_of_another(
    office, company, other_company, written
):
    other = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Padaria Central Ltda")
    ours = [make_phone(company), make_phone(other)]
    make_phone(other_company)

    assert list(list_phones_of_number(office.firm.pk, written)) == ours
    AuthorizedPhone.objects.filter(pk=ours[0].pk).update(is_active=False)
    type(other).objects.filter(pk=other.pk).update(is_active=False)
    assert not list_phones_of_number(office.firm.pk, written)


def test_a_landline_is_no_mobile_without_its_ninth_digit(office, company):
    make_phone(company, "+555532223456")

    assert list_phones_of_number(office.firm.pk, "555532223456")
    assert not list_phones_of_number(office.firm.pk, "5555932223456")


def test_a_number_with_an_area_code_that_does_not_exist_is_compared_too(office, company):
    """Of a WhatsApp address only the digits are known (contracts/whatsapp/evolution.md 9)."""
    phone = make_phone(company, "+5539987654321")

    assert list_phones_of_number(office.firm.pk, "553987654321").get() == phone


# --- Main, off and on --------------------------------------------------------------------------------
def test_the_first_phone_is_the_main_one_and_another_takes_its_place(office, company):
    first = add(office, company)
    second = add(office, company, name="Ana", number="55 99912-0002")
    assert [phone.is_main for phone in list_phones(office.firm.pk, company.pk)] == [True, False]

    set_main_phone(actor=acting(office), phone_id=second.pk)

    assert AuthorizedPhone.objects.get(is_main=True) == second
    fields = [change.after for change in ChangeRecord.objects.filter(action="changed").order_by("pk")]
    assert fields == [{"is_main": False}, {"is_main": True}]
    assert list_changes(office.firm.pk).filter(subject_id=first.pk).count() == 2


def test_a_phone_that_is_off_is_not_the_main_one_and_asks_for_nothing(office, company):
    phone = add(office, company)
    assert count_asking_phones(office.firm.pk, company.pk) == 1

    off = deactivate_phone(actor=acting(office), phone_id=phone.pk)
    assert (off.is_active, off.is_main) == (False, False)
    assert count_asking_phones(office.firm.pk, company.pk) == 0
    assert not set_main_phone(actor=acting(office), phone_id=phone.pk).is_main

    assert activate_phone(actor=acting(office), phone_id=phone.pk).is_active


def test_a_number_that_asked_for_something_stays(office, company):
    phone = add(office, company)
    create_taker(actor=acting_phone(phone), document="52998224725", data=TakerData(name="Dona Clara"))
    changed = PhoneData(name="João Paulo do Vale", number="55 99912-7777")

    with pytest.raises(NumberInUse):
        update_phone(actor=acting(office), phone_id=phone.pk, data=changed)
    kept = PhoneData(name="João Paulo do Vale", number=NUMBER)
    assert update_phone(actor=acting(office), phone_id=phone.pk, data=kept).name == "João Paulo do Vale"


def test_the_database_allows_one_main_phone_and_only_an_active_one(company):
    make_phone(company, is_main=True)
    for fields in ({"is_main": True}, {"is_main": True, "is_active": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_phone(company, "+5555999120002", **fields)


# --- Another firm ------------------------------------------------------------------------------------
def test_another_firm_finds_no_phone_and_no_company(office, company, other_office):
    phone, stranger = add(office, company), acting(other_office)

    for act in (
        lambda: add_phone(actor=stranger, company_id=company.pk, data=DATA),
        lambda: update_phone(actor=stranger, phone_id=phone.pk, data=DATA),
        lambda: deactivate_phone(actor=stranger, phone_id=phone.pk),
    ):
        with pytest.raises(NotFound):
            act()
    assert not list_phones(other_office.firm.pk, company.pk).exists()


def test_a_phone_of_one_firm_and_a_company_of_another_cannot_be_stored(office, other_company):
    with pytest.raises(IntegrityError):
        store_and_check(firm=office.firm, company=other_company)


@transaction.atomic
def store_and_check(**whose):
    AuthorizedPhone.objects.create(name="X", number=NUMBER, **whose)
    connection.check_constraints()
