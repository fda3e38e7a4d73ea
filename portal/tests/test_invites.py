"""Invitations, from the letter to the team, as people go through them (A8)."""

import io
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Membership, User
from accounts.services import EmailTaken
from accounts.tests.factories import PASSWORD, make_buyer, make_user
from accounts.tests.mail import link_in
from nfse.models import ChangeRecord, Invite
from nfse.permissions import Role
from nfse.services.firms import NewOwner
from nfse.services.invite_letters import SEND_INVITE_LETTER, make_invite_token, write_invite_letter
from nfse.services.invites import InviteInvalid, accept_invite, invite_member, join_by_invite
from nfse.services.logos import store_logo
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, race, run_due

EMAIL = "novata@nitro.example"
PAGE = "/notas/convite/"
JOIN = {"full_name": "Nina Novata", "password": PASSWORD, "terms": "on"}


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["accounts.tests.hashers.QuickHasher"]


@pytest.fixture
def invite(office):
    return invite_member(firm_id=office.firm.pk, user_id=office.owner.pk, email=EMAIL, role="accountant")


def open_link(client, invite):
    return client.get(f"{PAGE}{make_invite_token(invite)}/", follow=True)


def person():
    return NewOwner(email="", full_name="Nina Novata", terms_accepted_at=timezone.now(), password=PASSWORD)


# --- Who opens the link ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_newcomer_signs_up_and_enters_in_one_form(client, invite):
    page = open_link(client, invite)
    assert page.request["PATH_INFO"] == PAGE, "no token in the address of the page"
    assert f'value="{EMAIL}" readonly' in page.text
    answer = client.post(PAGE, JOIN)
    user = User.objects.get(email=EMAIL)
    assert answer["Location"] == "/notas/"
    assert user.is_email_confirmed, "the letter proved it"
    assert user.check_password(PASSWORD)
    assert Membership.objects.get(user=user).role == Role.ACCOUNTANT
    assert client.session["_auth_user_id"] == str(user.pk)
    assert "invite_token" not in client.session


@pytest.mark.django_db
def test_opening_the_link_changes_nothing(client, invite):
    make_user(EMAIL)
    open_link(client, invite)
    invite.refresh_from_db()
    assert invite.accepted_at is None


@pytest.mark.django_db
def test_the_invited_user_enters_with_one_click(client, invite):
    user = make_user(EMAIL, confirmed=False)
    client.force_login(user)
    assert "Entrar na equipe" in open_link(client, invite).text
    assert client.post(PAGE)["Location"] == "/notas/"
    user.refresh_from_db()
    assert user.is_email_confirmed
    assert Membership.objects.get(user=user).account_id == invite.firm.account_id


@pytest.mark.django_db
def test_who_has_an_account_signs_in_and_comes_back(client, invite):
    make_user(EMAIL)
    page = open_link(client, invite)
    assert 'href="/entrar/?next=/notas/convite/"' in page.text
    answer = client.post("/entrar/", {"email": EMAIL, "password": PASSWORD, "next": PAGE}, follow=True)
    assert "Entrar na equipe" in answer.text
    assert client.post(PAGE)["Location"] == "/notas/"


@pytest.mark.django_db
def test_somebody_else_is_told_whose_it_is_and_may_leave(client, invite):
    other = make_buyer("outra@nitro.example")[0]
    client.force_login(other)
    page = open_link(client, invite).text
    assert EMAIL in page
    assert other.email in page
    assert "Entrar na equipe" not in page
    assert client.post(PAGE).status_code == 422
    after = client.post(PAGE, {"leave": "1"}, follow=True)
    assert "_auth_user_id" not in client.session
    assert f'value="{EMAIL}" readonly' in after.text
    assert not Membership.objects.filter(user=other, account=invite.firm.account).exists()


@pytest.mark.django_db
def test_who_works_in_another_firm_is_told_so(client, invite, other_office):
    User.objects.filter(pk=other_office.attendant.pk).update(email=EMAIL)
    client.force_login(other_office.attendant)
    assert other_office.firm.display_name in open_link(client, invite).text
    answer = client.post(PAGE)
    assert (answer.status_code, "Saia dela antes" in answer.text) == (422, True)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["withdrawn", "ended", "used", "blocked", "closed", "invented"])
def test_what_does_not_count_any_more_says_so(client, invite, how):
    token = make_invite_token(invite)
    if how == "invented":
        token += "x"
    elif how == "blocked":
        invite.firm.account.blocked_at = timezone.now()
        invite.firm.account.save()
    elif how == "closed":
        type(invite.firm).objects.update(is_active=False)
    else:
        name = {"withdrawn": "revoked_at", "ended": "expires_at", "used": "accepted_at"}[how]
        Invite.objects.update(**{name: timezone.now()})
    answer = client.get(f"{PAGE}{token}/", follow=True)
    assert (answer.status_code, InviteInvalid.message in answer.text) == (422, True)
    assert client.post(PAGE, JOIN).status_code == 422
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.django_db
def test_a_refused_form_keeps_what_was_typed(client, invite):
    open_link(client, invite)
    answer = client.post(PAGE, JOIN | {"password": "12345678"})
    assert answer.status_code == 422
    assert 'value="Nina Novata"' in answer.text
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.django_db
def test_the_password_may_not_be_the_address(client, invite):
    open_link(client, invite)
    assert client.post(PAGE, JOIN | {"password": EMAIL}).status_code == 422


# --- Four bad days of an acceptance ----------------------------------------------------------------
@pytest.mark.django_db
def test_accepted_twice_is_accepted_once(client, invite):
    user = make_user(EMAIL)
    token = make_invite_token(invite)
    first = accept_invite(token=token, user_id=user.pk)
    assert accept_invite(token=token, user_id=user.pk) == first
    assert ChangeRecord.objects.filter(subject="member").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepted_at_once_is_accepted_once(invite):
    user = make_user(EMAIL)
    token = make_invite_token(invite)
    entered = race(4, lambda: accept_invite(token=token, user_id=user.pk).pk)
    assert len(set(entered)) == 1
    assert Membership.objects.filter(user=user).count() == 1
    assert ChangeRecord.objects.filter(subject="member").count() == 1


@pytest.mark.django_db(transaction=True)
def test_joining_at_once_makes_one_user(invite):
    token = make_invite_token(invite)

    def join():
        try:
            return join_by_invite(token=token, person=person()).pk
        except (EmailTaken, InviteInvalid):
            return None

    joined = race(4, join)
    assert len([pk for pk in joined if pk]) == 1
    assert User.objects.filter(email=EMAIL).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_leaves_neither_user_nor_membership(invite):
    def crash(**_kwargs):
        raise RuntimeError

    token = make_invite_token(invite)
    post_save.connect(crash, sender=Membership)
    with pytest.raises(RuntimeError):
        join_by_invite(token=token, person=person())
    post_save.disconnect(crash, sender=Membership)
    assert not User.objects.filter(email=EMAIL).exists()
    assert join_by_invite(token=token, person=person()).email == EMAIL


# --- The letter ------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_by_the_queue_with_a_link_that_works(client, invite, office):
    assert "token" not in str(WorkItem.objects.get().payload)
    run_due()
    letter = mail.outbox[0]
    assert letter.to == [EMAIL]
    assert office.firm.display_name in letter.subject
    assert "Dono 1 convidou você" in letter.body
    assert "como contador" in letter.body
    invite.refresh_from_db()
    assert invite.letter == Invite.Letter.SENT
    assert "Criar conta e entrar na equipe" in client.get(link_in(letter), follow=True).text


@pytest.mark.django_db
def test_the_letter_carries_the_firms_logo(office, invite):
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(out, "PNG")
    store_logo(firm_id=office.firm.pk, user_id=office.owner.pk, content=out.getvalue())
    run_due()
    letter = mail.outbox[0]
    assert 'src="cid:logo"' in letter.alternatives[0].content
    (picture,) = letter.attachments
    assert (picture["Content-ID"], picture.get_content_type()) == ("<logo>", "image/png")


@pytest.mark.django_db
def test_a_letter_sent_is_not_sent_again(invite):
    run_due()
    WorkItem.objects.update(status="pending")
    run_due()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["revoked_at", "accepted_at", "expires_at"])
def test_no_letter_for_what_is_over(invite, field):
    Invite.objects.update(**{field: timezone.now()})
    assert write_invite_letter(invite_id=invite.pk) is None


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_down_is_asked_again(invite, monkeypatch):
    def fail(_self):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", fail)
        run_due()
    assert WorkItem.objects.get(kind=SEND_INVITE_LETTER).status == "pending"
    make_due()
    run_due()
    invite.refresh_from_db()
    assert (invite.letter, len(mail.outbox)) == (Invite.Letter.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_does_not_exist_is_said_in_the_team(client, office, invite, monkeypatch):
    def refuse(_self):
        raise smtplib.SMTPRecipientsRefused({EMAIL: (550, b"no such user")})

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    run_due()
    client.force_login(office.owner)
    page = client.get("/notas/equipe/").text
    assert "E-mail não entregue" in page
    assert "Confira o endereço" in page


@pytest.mark.django_db(transaction=True)
def test_a_late_answer_does_not_hide_a_new_letter(invite, monkeypatch):
    """The letter is asked for again while the first is being sent: the second one still goes."""
    later = timezone.now() + timedelta(minutes=5)

    def ask_again(_letter):
        Invite.objects.update(letter="waiting", letter_asked_at=later)

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", ask_again)
        run_due()
    invite.refresh_from_db()
    assert invite.letter == Invite.Letter.WAITING


@pytest.mark.django_db
def test_the_link_is_limited_by_address():
    client = Client()
    answers = [client.post(PAGE).status_code for _ in range(31)]
    assert answers[-1] == 429
