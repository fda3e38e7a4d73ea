"""Two firms side by side: neither sees nor changes anything of the other by any address of Notas (A9, R99).

Everything here is made from the URLconf. A new route fails these tests until ACCESS says who may use it;
a new kind of id in an address fails until `Populated.ids` has a sample of it.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from fiscal.documents.clock import competence_today
from nfse.models import Firm
from nfse.tests.populated import Populated
from queue_worker.models import WorkItem
from tests.support.shared_rows import shared_rows
from tests.test_public_routes import PUBLIC
from whatsapp.tests.populated import make_populated

pytestmark = pytest.mark.django_db
ROLES = ("owner", "accountant", "attendant")
OTHER_PARAMETERS = {"token": ("exemplo",), "key": ("exemplo",), "extension": ("csv", "xlsx")}


@dataclass(frozen=True)
class Route:
    """One address of Notas: its namespace, its name and the names of its parameters."""

    namespace: str
    name: str
    parameters: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(name for name in self.parameters if name.endswith("_id"))

    def addresses(self, ids: dict[str, int]) -> Iterator[str]:
        """The route filled with ids, once for each form that it has."""
        values: list[dict[str, object]] = [{name: ids[name] for name in self.ids}]
        for name in self.parameters:
            if name not in self.ids:
                values = [{**given, name: sample} for given in values for sample in OTHER_PARAMETERS[name]]
        for given in values:
            yield reverse(f"{self.namespace}:{self.name}", kwargs=given)


NAMESPACES = ("nfse", "whatsapp")


def walk(namespace: str, patterns: list[URLPattern | URLResolver]) -> Iterator[Route]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from walk(namespace, entry.url_patterns)
        else:
            yield Route(namespace, entry.name or str(entry.pattern), tuple(entry.pattern.converters))


def list_routes() -> list[Route]:
    included = {getattr(entry, "app_name", None): entry for entry in get_resolver().url_patterns}
    routes = (route for name in NAMESPACES for route in walk(name, included[name].url_patterns))
    return sorted(routes, key=lambda route: route.name)


ROUTES = list_routes()
WITH_ID = [route for route in ROUTES if route.ids]
OF_THE_FIRM = [route for route in ROUTES if f"{route.namespace}:{route.name}" not in PUBLIC]


def named(routes: list[Route]):
    return pytest.mark.parametrize("route", routes, ids=[route.name for route in routes])


@pytest.fixture(scope="module")
def firms(django_db_setup, django_db_blocker, tmp_path_factory):
    with shared_rows(django_db_blocker, tmp_path_factory.mktemp("files")):
        yield make_populated(1), make_populated(2)


@pytest.fixture
def ours(firms) -> Populated:
    return firms[0]


@pytest.fixture
def theirs(firms) -> Populated:
    return firms[1]


def signed_in(populated: Populated, role: str = "owner") -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(getattr(populated.office, role))
    return client


def rows_of(firm_id: int | None = None) -> dict[str, list[str]]:
    """Every row of every table of Notas, of one firm or of all, and of the queue."""
    rows = {}
    own = (model for name in NAMESPACES for model in apps.get_app_config(name).get_models())
    for model in [*own, WorkItem]:
        kept = model.objects.all() if firm_id is None else of_firm(model, firm_id)
        rows[model.__name__] = sorted(map(repr, kept.values_list()))
    return rows


def of_firm(model: type[Model], firm_id: int) -> QuerySet:
    """The rows of a firm: those that name it, and those of a row that names it, as a channel's events."""
    owners = {field.name: field.related_model for field in model._meta.concrete_fields if field.is_relation}
    paths = [f"{name}__firm" for name, owner in owners.items() if owner is not Firm and has_firm(owner)]
    if model is Firm:
        paths = ["pk"]
    elif has_firm(model):
        paths = ["firm"]
    return model.objects.filter(**{paths[0]: firm_id}) if paths else model.objects.none()


def has_firm(model: type[Model]) -> bool:
    return any(field.name == "firm" for field in model._meta.concrete_fields)


def text_of(answer) -> str:
    """Everything that an answer carries, archives unpacked."""
    content = answer.getvalue()
    return text_in(content) + str(dict(answer.items()))


def text_in(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(name + text_in(archive.read(name)) for name in archive.namelist())


def found(markers: frozenset[str], text: str) -> list[str]:
    return sorted(marker for marker in markers if re.search(rf"(?<!\w){re.escape(marker)}(?!\w)", text))


# What a POST says where an empty one is refused before anything is looked up.
BODIES = {"change_role": {"role": "attendant"}}


# --- Ids of another firm ---------------------------------------------------------------------------
def test_every_id_in_an_address_has_a_sample(ours):
    assert {name for route in ROUTES for name in route.ids} <= set(ours.ids)
    assert {name for route in ROUTES for name in route.parameters} - set(ours.ids) <= set(OTHER_PARAMETERS)


@named(WITH_ID)
def test_an_id_of_another_firm_is_not_found_and_nothing_changes(ours, theirs, route):
    client, before = signed_in(ours), rows_of()
    for name in route.ids:
        mixed = {**ours.ids, name: theirs.ids[name]}
        for address in route.addresses(mixed):
            answers = [
                client.get(address),
                client.post(address, BODIES.get(route.name)),
                client.get(address, headers={"HX-Request": "true"}),
            ]
            statuses = [answer.status_code for answer in answers]
            assert set(statuses) <= {302, 404, 405}, address
            assert statuses[0] != 302 or statuses[2] == 405, f"only what takes forms leads on: {address}"
            assert 404 in statuses, address
            for answer in answers:
                assert found(theirs.markers, text_of(answer)) == []
    assert rows_of() == before


# --- What the pages of one's own show --------------------------------------------------------------
def test_no_page_list_export_or_fragment_carries_anything_of_another_firm(ours, theirs):
    """Every address that answers to a GET, with the own ids; and together they do show what is one's own."""
    client, shown, own = signed_in(ours), {}, set()
    for route in OF_THE_FIRM:
        for address in route.addresses(ours.ids):
            for tail in ("", *TAILS.get(route.name, ())):
                answer = client.get(address + tail)
                text = text_of(answer)
                own.update(found(ours.written, text))
                if leaked := found(theirs.markers, text):
                    shown[address + tail] = leaked
    assert shown == {}
    assert ours.written - own == set(), "no page shows these, so that this test proves nothing about them"


TAILS = {
    "search_takers": ("?q=Padaria", "?q=Dona"),
}


# --- Ids of another firm inside an address or a form -----------------------------------------------
def stranger_ids(theirs: Populated) -> dict[str, object]:
    """Every field and parameter of Notas that takes an id, with one of the other firm."""
    return {
        "company": theirs.company.pk,
        "empresa": theirs.company.pk,
        "taker_id": theirs.taker.pk,
        "tomador": theirs.taker.pk,
        "outro": theirs.taker.pk,
        "service": theirs.service.pk,
        "substitutes": theirs.invoice.pk,
        "substituir": theirs.invoice.pk,
        "copiar": theirs.request.pk,
        "mostradas": f"{theirs.request.pk}:queued",
        "telefone": theirs.phone.pk,
        "por": theirs.office.accountant.pk,
        "pessoa": theirs.office.accountant.pk,
        "canal": theirs.ids["channel_id"],
    }


@named(OF_THE_FIRM)
def test_parameters_with_ids_of_another_firm_show_nothing_of_it(ours, theirs, route):
    client = signed_in(ours)
    together = stranger_ids(theirs)
    apart = [{name: value} for name, value in together.items()] if route.name in NARROWED else []
    for address in route.addresses(ours.ids):
        for parameters in (together, *apart):
            answer = client.get(address, parameters)
            assert answer.status_code < 500
            assert found(theirs.markers, text_of(answer)) == [], (address, parameters)


# What reads such parameters, so that each is tried alone too.
NARROWED = {
    "invoices",
    "invoices_status",
    "export_invoices",
    "export_invoices_zip",
    "issue",
    "sessions",
    "simulator",
    "takers",
    "trail",
}


@named(OF_THE_FIRM)
def test_a_form_with_ids_of_another_firm_changes_nothing_of_it(ours, theirs, route):
    client, before = signed_in(ours), rows_of(theirs.office.firm.pk)
    for address in route.addresses(ours.ids):
        answer = client.post(address, stranger_ids(theirs))
        assert answer.status_code < 500
        assert found(theirs.markers, text_of(answer)) == []
    assert rows_of(theirs.office.firm.pk) == before


def issue_form(populated: Populated, **changes: object) -> dict[str, object]:
    return {
        "company": populated.company.pk,
        "service": populated.service.pk,
        "taker_id": populated.taker.pk,
        "taker": populated.taker.name,
        "amount": "1.500,00",
        "description": "Manutenção do site em novembro",
        "competence_date": competence_today(timezone.now()).isoformat(),
        "mirror_hash": "0" * 64,
        "form_key": str(uuid4()),
        **changes,
    }


# A service that is not of the company is replaced by the company's own, as when the company is changed.
@pytest.mark.parametrize("field", ["company", "service", "taker_id", "substitutes"])
def test_a_note_cannot_be_made_of_parts_of_another_firm(ours, theirs, field):
    client, before = signed_in(ours), rows_of()
    form = issue_form(ours, taker="", **{field: stranger_ids(theirs)[field]})
    for name in ("mirror", "confirm", "restore_draft"):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(reverse(f"nfse:{name}"), form, headers=headers)
            assert answer.status_code in {200, 404, 422}
            text = text_of(answer)
            assert found(theirs.markers, text) == []
            assert field == "service" or "mirror_hash" not in text, "the mirror offers to confirm"
    assert rows_of() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_taker_is_not_merged_with_one_of_another_firm(ours, theirs, method):
    client, before = signed_in(ours), rows_of()
    address = reverse("nfse:merge_takers", args=[ours.taker.pk])
    for form in ({"outro": theirs.taker.pk}, {"taker": theirs.taker.cnpj}):
        text = text_of(getattr(client, method)(address, form))
        assert found(theirs.markers - {theirs.taker.cnpj}, text) == []
    assert rows_of() == before


# --- Who may ---------------------------------------------------------------------------------------
ALL, STAFF, OWNER = ROLES, ("owner", "accountant"), ("owner",)
# Route: who may, what a GET answers, what a POST without any field answers. Others of the firm get 403.
# An address that only takes forms (405) leads who opens it to its page, whoever that is.
ACCESS = {
    "dashboard": (ALL, 200, 405),
    "start": (STAFF, 200, 302),
    "notices": (ALL, 200, 405),
    "mark_notices_read": (ALL, 405, 302),
    "open_notice": (ALL, 405, 302),
    # the firm
    "register": (ALL, 302, 302),
    "registered": (ALL, 200, 405),
    "registration_lookup": (ALL, 200, 200),
    "invite": (ALL, 302, 405),
    "accept_invite": (ALL, 422, 422),
    "team": (OWNER, 200, 405),
    "invite_member": (OWNER, 405, 422),
    "revoke_invite": (OWNER, 405, 302),
    "resend_invite": (OWNER, 405, 302),
    "change_role": (OWNER, 405, 302),
    "deactivate_member": (OWNER, 405, 302),
    "settings": (OWNER, 200, 422),
    "upload_logo": (OWNER, 405, 422),
    "remove_logo": (OWNER, 405, 302),
    "logo": (ALL, 404, 405),
    "trail": (STAFF, 200, 405),
    # companies
    "companies": (ALL, 200, 405),
    "new_company": (STAFF, 200, 422),
    "company": (ALL, 200, 405),
    "edit_company": (STAFF, 200, 422),
    "switch_environment": (STAFF, 200, 302),
    "deactivate_company": (STAFF, 405, 302),
    "activate_company": (STAFF, 405, 302),
    "remove_company": (STAFF, 405, 302),
    "resend_setup": (STAFF, 405, 302),
    "upload_certificate": (STAFF, 200, 422),
    "certificates": (STAFF, 200, 405),
    "company_autofill": (STAFF, 200, 200),
    "export_companies": (ALL, 200, 405),
    "tax_profile": (STAFF, 200, 422),
    "new_service": (STAFF, 200, 422),
    "edit_service": (STAFF, 200, 422),
    "set_default_service": (STAFF, 405, 302),
    "remove_service": (STAFF, 405, 302),
    "test_service": (STAFF, 200, 405),
    "new_phone": (ALL, 200, 422),
    "edit_phone": (ALL, 200, 422),
    "phone_preview": (ALL, 405, 200),
    "set_main_phone": (ALL, 405, 302),
    "deactivate_phone": (ALL, 405, 302),
    "activate_phone": (ALL, 405, 302),
    "registry_fill": (ALL, 200, 200),
    "search_cities": (ALL, 200, 405),
    "search_service_codes": (ALL, 200, 405),
    "search_nbs": (ALL, 200, 405),
    "search_cnaes": (ALL, 200, 405),
    # takers
    "takers": (ALL, 200, 405),
    "new_taker": (ALL, 200, 422),
    "taker": (ALL, 200, 405),
    "edit_taker": (ALL, 200, 422),
    "merge_takers": (ALL, 200, 422),
    "search_takers": (ALL, 200, 405),
    "export_takers": (ALL, 200, 405),
    "cnpj_lookup": (ALL, 200, 422),
    "cnpj_lookup_result": (ALL, 302, 405),
    "add_looked_up_taker": (ALL, 405, 302),
    # notes
    "invoices": (ALL, 200, 405),
    "invoices_status": (ALL, 200, 405),
    "export_invoices": (ALL, 200, 405),
    "ask_export": (ALL, 405, 302),
    "invoice_exports": (ALL, 200, 405),
    "export_invoices_zip": (ALL, 200, 405),
    "issue": (STAFF, 200, 405),
    "mirror": (STAFF, 405, 422),
    "confirm": (STAFF, 405, 422),
    "restore_draft": (STAFF, 405, 200),
    "look_up_taker": (ALL, 200, 200),
    "keep_taker": (ALL, 405, 200),
    "invoice": (ALL, 200, 405),
    "invoice_status": (ALL, 200, 405),
    "invoice_pdf": (ALL, 200, 405),
    "invoice_xml": (ALL, 200, 405),
    "cancel_invoice": (STAFF, 200, 422),
    "substitute": (STAFF, 200, 405),
    "retry_request": (STAFF, 405, 302),
    "withdraw_request": (STAFF, 405, 302),
    "settle_taken": (STAFF, 405, 302),
    "email_invoice": (ALL, 200, 422),
    "closing": (STAFF, 200, 405),
    "make_closing": (STAFF, 405, 422),
    "closing_status": (STAFF, 200, 405),
    "closing_download": (STAFF, 200, 405),
    # the chat
    "channels": (ALL, 200, 405),
    "new_channel": (STAFF, 200, 422),
    "channel": (ALL, 200, 405),
    "channel_state": (ALL, 200, 405),
    "connect_channel": (STAFF, 405, 302),
    "restart_channel": (STAFF, 405, 302),
    "disconnect_channel": (STAFF, 405, 302),
    "delete_channel": (STAFF, 405, 302),
    "sessions": (ALL, 200, 405),
    "transcript": (ALL, 200, 405),
    "transcript_lines": (ALL, 200, 405),
    "take_over": (ALL, 405, 302),
    "answer": (ALL, 405, 422),
    "give_back": (ALL, 405, 302),
    "close_request": (ALL, 405, 302),
    "approve_cancellation": (STAFF, 405, 404),
    "deny_cancellation": (STAFF, 405, 404),
    "ai_usage": (STAFF, 200, 405),
    "simulator": (STAFF, 200, 405),
    "simulator_lines": (STAFF, 200, 405),
    "simulator_write": (STAFF, 405, 422),
    "simulator_connect": (STAFF, 405, 302),
    "simulator_clear": (STAFF, 405, 302),
}


def test_the_table_of_rights_names_every_route():
    assert set(ACCESS) == {route.name for route in ROUTES}


@named(ROUTES)
def test_a_route_answers_each_role_as_the_table_says(ours, route):
    who, get, post = ACCESS[route.name]
    wanted, answered = {}, {}
    for role in ROLES:
        client = signed_in(ours, role)
        for address in route.addresses({**ours.ids, "notice_id": ours.notice_of(role).pk}):
            for method, status in (("get", get), ("post", post)):
                point = transaction.savepoint()
                if status == 405:
                    wanted[role, method, address] = 302 if method == "get" else 405
                else:
                    wanted[role, method, address] = status if role in who else 403
                answer = getattr(client, method)(address)
                answer.getvalue()  # a file is closed when it was read
                answered[role, method, address] = answer.status_code
                transaction.savepoint_rollback(point)
    assert answered == wanted
