"""What people did before the dump, by the services of 69d6da9 that the pages call; workers do the rest."""
# ruff: noqa: I001 -- some of these modules are only in that commit, so that their place in the order varies

import io
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from PIL import Image
from stdnum.br.cnpj import calc_check_digits

from accounts.models import Account, User
from accounts.selectors import find_buyer_account
from accounts.services import sign_up
from credits.models import LedgerEntry, Tariff
from credits.services import adjust_credits, debit_credits, grant_credits, refund_credits, set_price
from credits.values import Reference
from embedded import defaults
from leads.services.exports import export_my_base, export_search
from leads.services.searches import archive_search, start_search
from nfse.demo.cast import (
    ARCHITECT,
    CLINIC,
    CONSULTANCY,
    FREELANCER,
    NOTES,
    SHOP,
    SOFTWARE,
    TAKERS,
    VET,
    DemoCompany,
)
from nfse.models import Company, Firm, Invoice, InvoiceRequest, NotePicture, Taker
from nfse.selectors.invoices import RequestFilters
from nfse.services.closing.requesting import request_closing, request_export
from nfse.services.closing.taking import take_package
from nfse.services.companies import create_company, deactivate_company
from nfse.services.expiry import send_expiry_notices
from nfse.services.exports.tables import Extension
from nfse.services.firms import NewOwner, register_firm_with_owner
from nfse.services.invite_letters import make_invite_token
from nfse.services.invites import invite_member, join_by_invite, revoke_invite
from nfse.services.issuing.confirming import confirm_request, withdraw_request
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.snapshots import NoteInput, SubstitutionInput
from nfse.services.logos import store_logo
from nfse.services.notes.canceling import cancel_invoice
from nfse.services.notes.mailing import email_invoice
from nfse.services.notes.pictures import request_picture
from nfse.services.notices import mark_notices_read
from nfse.services.takers import TakerData, create_taker, merge_takers, update_taker
from nfse.services.team import change_role, deactivate_member
from queue_worker.models import WorkItem
from registry.services.lookups import request_cnpj
from sandbox.testing import Sandbox

WAIT_SECONDS = 90


def fill() -> None:
    """Do everything, one business after the other, and wait until the workers are done."""
    firm = FirmSide(Sandbox(defaults.SANDBOX_URL))
    firm.wait_for_the_demo()
    firm.keep_takers()
    firm.issue_by_the_city()
    firm.issue_at_the_authority()
    firm.leave_open_what_is_open()
    firm.close_the_month()
    firm.change_the_team()
    firm.other_firm()
    buy_leads()
    move_credits()
    wait(lambda: not due_work(), "work that is due")


class FirmSide:
    """The demo's firm and its people at work."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.firm = Firm.objects.get()
        self.owner, self.accountant = (
            User.objects.get(email=f"{name}@demo.example") for name in ("dona", "contador")
        )
        self.who = {"firm_id": self.firm.pk, "user_id": self.accountant.pk}
        self.boss = {"firm_id": self.firm.pk, "user_id": self.owner.pk}

    def company(self, cast: DemoCompany) -> Company:
        return self.firm.companies.get(cnpj=cast.document)

    def taker(self, document: str) -> Taker:
        return self.firm.takers.get(document_index=Taker.index_document(document), merged_into=None)

    def confirm(
        self, cast: DemoCompany, taker: str, amount: str, description: str, **more: Any
    ) -> InvoiceRequest:
        company = self.company(cast)
        note = NoteInput(
            company_id=company.pk,
            taker_id=self.taker(taker).pk,
            service_id=company.services.get(is_default=True).pk,
            amount=Decimal(amount),
            description=description,
            competence_date=timezone.localdate(),
            **more,
        )
        mirror = prepare_request(**self.who, note=note)
        if not mirror.can_confirm:
            raise RuntimeError(mirror.problems)
        return confirm_request(**self.who, note=note, mirror_hash=mirror.hash, form_key=uuid4())

    def wait_for_the_demo(self) -> None:
        wait(lambda: len([note for note in Invoice.objects.all() if note.xml]) == len(NOTES), "demo's notes")
        wait(lambda: self.company(CONSULTANCY).plugnotas_state == "sent", "the company at PlugNotas")

    def keep_takers(self) -> None:
        right = self.sandbox.world("padaria", "Porto Alegre - RS")["right"]
        for cnpj in right[:2]:
            request_cnpj(cnpj=cnpj)
        notes = TakerData(name="Tomador com observações", notes="Pedir a nota até o dia 5.")
        create_taker(**self.who, document=right[0], data=notes)
        branch = branch_of(VET)
        create_taker(**self.who, document=branch, data=TakerData(name="Liradetrama, filial"))
        merge_takers(**self.who, kept_id=self.taker(VET).pk, merged_id=self.taker(branch).pk)
        changed = replace(TAKERS[SHOP], nickname="Loja", phone="+555133334444")
        update_taker(**self.who, taker_id=self.taker(SHOP).pk, data=changed)

    def issue_by_the_city(self) -> None:
        """PlugNotas: issued and told twice by webhook, refused, canceled."""
        self.sandbox.set_plan(polls=1, seconds=0.2, cancel_seconds=0.2, webhooks="twice")
        kept = self.confirm(CONSULTANCY, CLINIC, "3100.00", "Consultoria de novembro")
        dropped = self.confirm(CONSULTANCY, VET, "990.90", "Consultoria avulsa")
        wait_for(kept, "issued")
        request_picture(firm_id=self.firm.pk, request_id=kept.pk)
        wait(lambda: NotePicture.objects.exists(), "the PDF")
        wait_for(dropped, "issued")
        text = "Serviço não foi prestado ao cliente"
        cancel_invoice(**self.who, invoice_id=dropped.invoice.pk, reason_code="2", text=text)
        wait_for(dropped, "canceled")
        self.sandbox.set_plan(outcome="REJEITADO", message="L999 - tomador sem cadastro")
        wait_for(self.confirm(CONSULTANCY, CLINIC, "77.00", "Consultoria recusada"), "rejected")
        self.sandbox.set_plan(outcome="CONCLUIDO", message="", webhooks="once")

    def issue_at_the_authority(self) -> None:
        """SEFIN: canceled, replaced, refused, adopted after a lost answer and sent by e-mail."""
        canceled = wait_for(self.confirm(SOFTWARE, VET, "120.00", "Suporte cobrado duas vezes"), "issued")
        text = "Valor digitado errado na nota"
        cancel_invoice(**self.who, invoice_id=canceled.invoice.pk, reason_code="1", text=text)
        wait_for(canceled, "canceled")
        first = wait_for(self.confirm(ARCHITECT, CLINIC, "1000.00", "Projeto do anexo"), "issued")
        replacing = SubstitutionInput(first.invoice.pk, "99", "Descrição digitada errada na nota")
        new = self.confirm(ARCHITECT, CLINIC, "1000.00", "Projeto do depósito novo", substitutes=replacing)
        wait_for(new, "issued")
        wait_for(first, "replaced")
        self.sandbox.set_taxpayer(SHOP, exists=False)
        wait_for(self.confirm(SOFTWARE, SHOP, "450.00", "Suporte a quem não existe"), "rejected")
        self.sandbox.set_taxpayer(SHOP, exists=True)
        self.sandbox.fail("sefin", "drop", path="*/nfse", method="POST", count=1)
        adopted = wait_for(
            self.confirm(FREELANCER, CLINIC, "88.88", "Suporte com resposta perdida"), "issued"
        )
        email_invoice(**self.who, request_id=adopted.pk, to="contas@borasifiora.example", form_key=uuid4())
        wait(lambda: adopted.history.filter(event="emailed").exists(), "the letter")

    def leave_open_what_is_open(self) -> None:
        """One request taken back before it was sent, one that waits for the authority, one in doubt."""
        self.sandbox.fail("sefin", "status", path="*/dps/*", status=503)
        self.sandbox.fail("sefin", "drop_before", path="*/nfse", method="POST", count=1)
        wait_for(self.confirm(SOFTWARE, VET, "30.00", "Suporte em dúvida"), "in_doubt")
        self.sandbox.fail("sefin", "status", path="*/nfse", method="POST", status=429, retry_after="60")
        back = self.confirm(SOFTWARE, VET, "10.00", "Suporte que não saiu")
        wait(lambda: fresh(back).attempts and fresh(back).state == "queued", "the request that waits")
        withdraw_request(**self.who, request_id=back.pk)
        self.confirm(SOFTWARE, VET, "20.00", "Suporte que espera")

    def close_the_month(self) -> None:
        closing = request_closing(**self.who, month=timezone.localdate())
        listed = request_export(**self.who, filters=RequestFilters(text="Clínica"), extension=Extension.XLSX)
        for package in (closing, listed):
            wait(lambda package=package: fresh(package).state == "ready", "the package")
        b"".join(take_package(**self.who, package_id=closing.pk).chunks)
        send_expiry_notices(now=timezone.now())

    def change_the_team(self) -> None:
        invite_member(**self.boss, email="espera@demo.example", role="attendant")
        gone = invite_member(**self.boss, email="retirado@demo.example", role="accountant")
        revoke_invite(**self.boss, invite_id=gone.pk)
        used = invite_member(**self.boss, email="nova@demo.example", role="accountant")
        person = NewOwner("nova@demo.example", "Nara Nova", timezone.now(), "demonstração 1")
        member = join_by_invite(token=make_invite_token(used), person=person)
        change_role(**self.boss, member_id=member.pk, role="attendant")
        deactivate_member(**self.boss, member_id=member.pk)
        picture = io.BytesIO()
        Image.new("RGB", (120, 40), "#1c7ed6").save(picture, "PNG")
        store_logo(**self.boss, content=picture.getvalue())
        mark_notices_read(**self.boss)

    def other_firm(self) -> None:
        """Another firm that keeps one of the same companies."""
        owner = NewOwner("outra@demo.example", "Olga Outra", timezone.now(), "demonstração 2")
        firm = register_firm_with_owner(
            owner=owner, document="11222333000181", legal_name="Outra Contábil Ltda"
        )
        user_id = firm.account.memberships.get().user_id
        data = replace(ARCHITECT.data, trade_name="Horirilina (outra firma)")
        company = create_company(firm_id=firm.pk, user_id=user_id, document=ARCHITECT.document, data=data)
        deactivate_company(firm_id=firm.pk, user_id=user_id, company_id=company.pk)


def buy_leads() -> None:
    """Two buyers search in one city, so that they share companies; one of the searches is archived."""
    first = User.objects.get(email="comprador@demo.example")
    operator = User.objects.get(email="operador@demo.example")
    second = sign_up(
        email="compradora@demo.example",
        password="demonstração 3",
        full_name="Cora Compradora",
        terms_accepted_at=timezone.now(),
    )
    User.objects.filter(pk=second.pk).update(email_confirmed_at=timezone.now())
    account = find_buyer_account(second)
    adjust_credits(
        account_id=account.pk, amount=30, reason="Boas-vindas", actor_id=operator.pk, operation_key="welcome"
    )
    searches = []
    for user, niche, city, quantity in (
        (first, "pet shop", "4316907", 6),
        (second, "pet shop", "4316907", 4),
        (first, "dentista", "4314902", 3),
    ):
        searches.append(
            start_search(
                account_id=find_buyer_account(user).pk,
                user_id=user.pk,
                city_code=city,
                niche_text=niche,
                quantity=quantity,
                unit_price_shown=1,
                form_key=uuid4(),
            )
        )
    for search in searches:
        wait(lambda search=search: fresh(search).finished_at, f"search {search.pk}")
    mine = {"account_id": find_buyer_account(first).pk, "user_id": first.pk}
    list(export_search(**mine, search_id=searches[0].pk).chunks)
    list(export_my_base(**mine).chunks)
    archive_search(account_id=mine["account_id"], search_id=searches[2].pk)


def move_credits() -> None:
    """Entries of each kind that a path of the product wrote: there were no reversals and no debts yet."""
    operator = User.objects.get(email="operador@demo.example")
    account = Account.objects.get(memberships__user__email="comprador@demo.example")
    reference = Reference("account", str(account.pk))
    of = {"account_id": account.pk, "reference": reference}
    grant_credits(
        **of, amount=500, operation_key="purchase:1", kind="purchase", text="Pacote de 500 créditos"
    )
    with transaction.atomic(durable=True):
        spent = debit_credits(**of, amount=7, operation_key="spend:1", text="Relatório avulso")
    refund_credits(entry_id=spent.pk, reason="Relatório não saiu", actor_id=operator.pk)
    delivered = LedgerEntry.objects.filter(wallet__account=account, reference_type="search").first()
    refund_credits(entry_id=delivered.pk, reason="Empresa fechada", actor_id=operator.pk)
    adjust_credits(
        account_id=account.pk,
        amount=-3,
        reason="Correção de cortesia",
        actor_id=operator.pk,
        operation_key="correction:1",
    )
    set_price(action=Tariff.Action.values[-1], credits=4, actor_id=operator.pk)


# --- Small things ------------------------------------------------------------------------------------
def branch_of(cnpj: str) -> str:
    """The second establishment of the same root."""
    start = f"{cnpj[:8]}0002"
    return start + calc_check_digits(start)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def due_work() -> bool:
    open_items = WorkItem.objects.filter(status__in=("pending", "processing"))
    return open_items.filter(run_after__lte=timezone.now()).exists()


def wait_for(request: InvoiceRequest, state: str) -> InvoiceRequest:
    wait(lambda: fresh(request).state == state, f"request {request.pk} to be {state}")
    return fresh(request)


def wait(ready: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.2)
