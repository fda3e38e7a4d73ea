"""The team page (A8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.tests.factories import make_user
from nfse.models import ChangeRecord, Invite
from nfse.permissions import Role
from nfse.services.invite_letters import LetterTooSoon
from nfse.services.invites import AlreadyInvited, AlreadyMember, invite_member, resend_invite
from nfse.services.team import NotARole, OwnRole
from queue_worker.models import WorkItem
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db
PAGE = "/notas/equipe/"
EMAIL = "novata@nitro.example"


@pytest.fixture
def owner(client, office):
    client.force_login(office.owner)
    return client


@pytest.fixture
def invite(office):
    return invite_member(firm_id=office.firm.pk, user_id=office.owner.pk, email=EMAIL, role="attendant")


def let_a_minute_pass():
    Invite.objects.update(letter_asked_at=timezone.now() - timedelta(minutes=2))


def said_after(answer, client):
    """The messages of the page that follows."""
    page = client.get(answer["Location"])
    return [str(message) for message in page.context["messages"]]


def test_the_page_says_who_is_in_and_who_is_invited(owner, office, other_office, invite):
    page = owner.get(PAGE).text
    for person in (office.owner, office.accountant, office.attendant):
        assert person.full_name in page
        assert person.email in page
    assert EMAIL in page
    assert "E-mail saindo" in page
    assert other_office.owner.email not in page


def test_nobody_gets_buttons_for_the_own_role(owner, office):
    page = owner.get(PAGE).text
    assert f'data-dialog-open="papel-{office.accountant.pk}"' in page
    assert f'data-dialog-open="papel-{office.owner.pk}"' not in page
    assert f'id="desativar-{office.owner.pk}"' not in page


def test_inviting_makes_a_letter_and_says_so(owner, office):
    answer = owner.post(f"{PAGE}convidar/", {"email": " Novata@Nitro.example", "role": "accountant"})
    assert said_after(answer, owner) == [f"Convite para {EMAIL} a caminho. Ele vale por 7 dias."]
    invite = Invite.objects.get(firm=office.firm)
    assert (invite.email, invite.role, invite.invited_by) == (EMAIL, "accountant", office.owner)
    assert WorkItem.objects.get().payload == {"invite_id": invite.pk}


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("contadora", "accountant", "e-mail válido"),
        ("", "accountant", "Informe o e-mail"),
        (EMAIL, "buyer", "Escolha um papel da lista."),
        ("attendant1@nitro.example", "owner", AlreadyMember.message),
    ],
)
def test_a_refused_invitation_keeps_what_was_typed(owner, email, role, said):
    answer = owner.post(f"{PAGE}convidar/", {"email": email, "role": role})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert f'value="{email}"' in answer.text or not email
    assert not Invite.objects.exists()


def test_one_open_invitation_per_address(owner, invite):
    answer = owner.post(f"{PAGE}convidar/", {"email": EMAIL, "role": "owner"})
    assert (answer.status_code, AlreadyInvited.message in answer.text) == (422, True)


def test_an_ended_invitation_may_be_sent_again(owner, invite):
    Invite.objects.update(expires_at=timezone.now() - timedelta(days=1))
    let_a_minute_pass()
    assert "Venceu" in owner.get(PAGE).text
    said = said_after(owner.post(f"{PAGE}convites/{invite.pk}/reenviar/"), owner)
    assert said == [f"Enviamos o convite de novo para {EMAIL}. Ele vale por mais 7 dias."]
    invite.refresh_from_db()
    assert invite.expires_at > timezone.now() + timedelta(days=6)


def test_a_letter_a_minute_at_most(owner, invite):
    said = said_after(owner.post(f"{PAGE}convites/{invite.pk}/reenviar/"), owner)
    assert said == ["Acabamos de enviar este convite. Espere um minuto para enviar de novo."]


@pytest.mark.django_db(transaction=True)
def test_resending_at_once_asks_for_one_letter(office, invite):
    let_a_minute_pass()
    WorkItem.objects.all().delete()

    def resend():
        try:
            resend_invite(firm_id=office.firm.pk, user_id=office.owner.pk, invite_id=invite.pk)
        except LetterTooSoon:
            return False
        return True

    assert sorted(race(3, resend)) == [False, False, True]
    assert WorkItem.objects.count() == 1


def test_a_withdrawn_invitation_leaves_the_page_and_stays_in_the_trail(owner, office, invite):
    owner.post(f"{PAGE}convites/{invite.pk}/retirar/")
    assert EMAIL not in owner.get(PAGE).content.decode().partition("<main")[2].partition("toast")[0]
    assert owner.post(f"{PAGE}convites/{invite.pk}/retirar/").status_code == 404, "twice"
    assert owner.post(f"{PAGE}convites/{invite.pk}/reenviar/").status_code == 404
    change = ChangeRecord.objects.filter(subject="invite").latest("pk")
    assert (change.action, change.subject_label, change.actor) == ("removed", EMAIL, office.owner)


def test_a_role_changes(owner, office):
    said = said_after(owner.post(f"{PAGE}{office.attendant.pk}/papel/", {"role": "accountant"}), owner)
    assert said == ["Atendente 1 agora é contador."]
    assert Membership.objects.get(user=office.attendant).role == Role.ACCOUNTANT


def test_deactivating_shuts_the_person_out_at_once(client, owner, office):
    said = said_after(owner.post(f"{PAGE}{office.attendant.pk}/desativar/"), owner)
    assert said == ["Atendente 1 saiu da equipe. O que fez continua no histórico."]
    page = owner.get(PAGE).text
    assert "Desativado" in page
    assert "Convidar de novo" in page
    client.force_login(office.attendant)
    assert client.get("/notas/logo/")["Location"] == "/notas/cadastro/"


@pytest.mark.parametrize("path", ["papel", "desativar"])
def test_the_own_role_is_refused_in_one_message(owner, office, path):
    answer = owner.post(f"{PAGE}{office.owner.pk}/{path}/", {"role": "attendant"})
    assert said_after(answer, owner) == [OwnRole.message]
    assert Membership.objects.get(user=office.owner).role == Role.OWNER


@pytest.mark.parametrize("sent", [{"role": "buyer"}, {"role": ""}, {}])
def test_a_role_that_does_not_exist_is_refused(owner, office, sent):
    answer = owner.post(f"{PAGE}{office.attendant.pk}/papel/", sent)
    assert said_after(answer, owner) == [NotARole.message]
    assert Membership.objects.get(user=office.attendant).role == Role.ATTENDANT


@pytest.mark.parametrize("sent", [{"role": "buyer"}, {"role": ""}, {}])
def test_a_stranger_is_not_there_whatever_role_is_sent(owner, other_office, sent):
    for member_id in (other_office.attendant.pk, 10**6):
        assert owner.post(f"{PAGE}{member_id}/papel/", sent).status_code == 404


@pytest.mark.parametrize("role", ["accountant", "attendant"])
def test_only_the_owner_sees_the_team(client, office, invite, role):
    client.force_login(getattr(office, role))
    for answer in (
        client.get(PAGE),
        client.post(f"{PAGE}convidar/", {"email": "x@nitro.example", "role": "owner"}),
        client.post(f"{PAGE}{office.attendant.pk}/papel/", {"role": "owner"}),
        client.post(f"{PAGE}{office.owner.pk}/desativar/"),
        client.post(f"{PAGE}convites/{invite.pk}/retirar/"),
        client.post(f"{PAGE}convites/{invite.pk}/reenviar/"),
    ):
        assert answer.status_code == 403
    assert 'href="/notas/equipe/"' not in client.get("/notas/").text


def test_strangers_do_not_exist(client, office, other_office, invite):
    client.force_login(other_office.owner)
    for path in (
        f"{office.attendant.pk}/papel/",
        f"{office.attendant.pk}/desativar/",
        f"convites/{invite.pk}/retirar/",
        f"convites/{invite.pk}/reenviar/",
        f"{10**30}/desativar/",
        f"convites/{10**30}/retirar/",
    ):
        assert client.post(f"{PAGE}{path}", {"role": "owner"}).status_code == 404


def test_queries_do_not_grow_with_the_team(owner, office):
    owner.get(PAGE)

    def count():
        with CaptureQueriesContext(connection) as queries:
            owner.get(PAGE)
        return len(queries)

    before = count()
    for number in range(5):
        user = make_user(f"p{number}@nitro.example")
        Membership.objects.create(user=user, account=office.firm.account, role=Role.ATTENDANT)
        invite_member(
            firm_id=office.firm.pk, user_id=office.owner.pk, email=f"c{number}@nitro.example", role="owner"
        )
    assert count() == before


def test_letters_are_limited_per_firm(owner, other_office, client):
    answers = [
        owner.post(f"{PAGE}convidar/", {"email": f"c{n}@nitro.example", "role": "owner"}).status_code
        for n in range(31)
    ]
    assert answers[-2:] == [302, 429]
    client.force_login(other_office.owner)
    assert client.post(f"{PAGE}convidar/", {"email": EMAIL, "role": "owner"}).status_code == 302
