"""Registration and settings of firms (A7, A27)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Account, AccountEmail, Membership, User
from accounts.selectors import list_memberships
from accounts.services import EmailTaken
from accounts.tests.factories import make_buyer, make_operator, make_user
from core.documents import InvalidCnpj
from credits.models import Wallet
from nfse.models import ChangeRecord, Firm
from nfse.permissions import NotAllowed, NotFound
from nfse.selectors.firms import choose_membership, get_firm, list_members
from nfse.services import firms as services
from nfse.services.firms import (
    AlreadyInFirm,
    FirmData,
    FirmNotRegistered,
    NewOwner,
    register_firm,
    register_firm_with_owner,
    update_firm,
)
from nfse.services.operators import TELL_FIRM_TAKEN
from nfse.services.places import InvalidPhone, UnknownCity
from nfse.tests.firms import FIRM_CNPJS, make_city
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

CNPJ = FIRM_CNPJS[0]


def new_owner(email="contadora@nitro.example"):
    return NewOwner(
        email=email,
        full_name="Célia Contadora",
        terms_accepted_at=timezone.now(),
        password="um cavalo correto grampeia",
    )


@pytest.mark.django_db
def test_firm_account_wallet_and_owner_are_born_together():
    user = make_user()
    firm = register_firm(user_id=user.pk, document="11.222.333/0001-81", legal_name="Contas em Dia Ltda")
    assert firm.document == CNPJ
    assert firm.account.kind == Account.Kind.FIRM
    assert Wallet.objects.get(account=firm.account).balance == 0
    assert Membership.objects.get(account=firm.account).role == Membership.Role.OWNER
    assert ChangeRecord.objects.get(firm=firm).after["document"] == CNPJ


@pytest.mark.django_db
def test_a_buyer_may_open_a_firm_and_stays_a_buyer():
    user, account = make_buyer()
    firm = register_firm(user_id=user.pk, document=CNPJ, legal_name="Contas em Dia Ltda")
    assert choose_membership(list_memberships(user)).account.firm == firm
    assert Membership.objects.filter(user=user, account=account, is_active=True).exists()


@pytest.mark.django_db
def test_a_new_owner_gets_user_firm_and_confirmation_in_one_go():
    firm = register_firm_with_owner(owner=new_owner(), document=CNPJ, legal_name="Contas em Dia Ltda")
    owner = User.objects.get(email="contadora@nitro.example")
    assert owner.check_password("um cavalo correto grampeia")
    assert choose_membership(list_memberships(owner)).account_id == firm.account_id
    assert AccountEmail.objects.get(user=owner).template == AccountEmail.Template.CONFIRM_EMAIL


@pytest.mark.django_db
def test_a_taken_cnpj_leaves_nothing_and_tells_only_the_operators(office):
    before = (User.objects.count(), Account.objects.count(), Wallet.objects.count())
    with pytest.raises(FirmNotRegistered) as refusal:
        register_firm_with_owner(owner=new_owner(), document=office.firm.document, legal_name="Outra Ltda")
    assert (User.objects.count(), Account.objects.count(), Wallet.objects.count()) == before
    assert "cadastrad" not in refusal.value.message
    assert office.firm.legal_name not in refusal.value.message
    make_operator()
    assert WorkItem.objects.get(kind=TELL_FIRM_TAKEN).payload == {"firm_id": office.firm.pk}
    run_due()
    [letter] = mail.outbox
    assert (letter.to, len(letter.bcc)) == ([], 1)
    assert office.firm.document in letter.body


@pytest.mark.django_db
def test_a_taken_address_leaves_no_firm():
    make_user("contadora@nitro.example")
    with pytest.raises(EmailTaken):
        register_firm_with_owner(owner=new_owner(), document=CNPJ, legal_name="Contas em Dia Ltda")
    assert not Firm.objects.exists()
    assert not Account.objects.filter(kind=Account.Kind.FIRM).exists()


@pytest.mark.django_db
def test_a_crash_in_the_middle_leaves_nothing(monkeypatch):
    user = make_user()

    def crash(**_):
        raise RuntimeError("power cut")

    monkeypatch.setattr(services, "record_change", crash)
    with pytest.raises(RuntimeError):
        register_firm(user_id=user.pk, document=CNPJ, legal_name="Contas em Dia Ltda")
    assert not Account.objects.exists()
    assert not Membership.objects.exists()


@pytest.mark.django_db
def test_nobody_belongs_to_two_firms(office):
    with pytest.raises(AlreadyInFirm):
        register_firm(user_id=office.attendant.pk, document=FIRM_CNPJS[1], legal_name="Outra Ltda")
    assert Firm.objects.count() == 1


@pytest.mark.django_db
def test_a_cnpj_with_wrong_digits_is_refused():
    with pytest.raises(InvalidCnpj):
        register_firm(user_id=make_user().pk, document="11222333000180", legal_name="Contas em Dia Ltda")


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_make_one_firm():
    users = [make_user("ana@nitro.example"), make_user("bia@nitro.example")]

    def register(user):
        try:
            return register_firm(user_id=user.pk, document=CNPJ, legal_name="Contas em Dia Ltda")
        except FirmNotRegistered:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = [firm for firm in pool.map(register, users) if firm]
    assert len(made) == Firm.objects.count() == Account.objects.count() == Wallet.objects.count() == 1


@pytest.mark.django_db
def test_the_owner_changes_the_settings_and_the_trail_says_what(office):
    city = make_city()
    data = FirmData(legal_name="Contas Novas Ltda", phone="(55) 99912-3456", city_code=city.pk)
    firm = update_firm(firm_id=office.firm.pk, user_id=office.owner.pk, data=data)
    assert (firm.phone, firm.city_id) == ("+5555999123456", city.pk)
    assert get_firm(firm.pk).account.name == "Contas Novas Ltda"
    change = ChangeRecord.objects.get(firm=office.firm)
    assert change.before["legal_name"] == "Contabilidade 1"
    assert change.after["legal_name"] == "Contas Novas Ltda"
    assert "street" not in change.after


@pytest.mark.django_db
def test_settings_refuse_what_is_not_real(office):
    for data, error in (
        (FirmData(legal_name="X", phone="123"), InvalidPhone),
        (FirmData(legal_name="X", city_code="9999999"), UnknownCity),
    ):
        with pytest.raises(error):
            update_firm(firm_id=office.firm.pk, user_id=office.owner.pk, data=data)


@pytest.mark.django_db
def test_only_the_own_owner_changes_the_settings(office, other_office):
    data = FirmData(legal_name="Invadida Ltda")
    with pytest.raises(NotAllowed):
        update_firm(firm_id=office.firm.pk, user_id=office.accountant.pk, data=data)
    with pytest.raises(NotFound):
        update_firm(firm_id=office.firm.pk, user_id=other_office.owner.pk, data=data)


@pytest.mark.django_db
def test_members_are_those_of_the_firm(office, other_office):
    assert {member.user for member in list_members(office.firm.pk)} == {
        office.owner,
        office.accountant,
        office.attendant,
    }
    assert choose_membership(list_memberships(other_office.owner)).account.firm == other_office.firm
