"""The firm's settings and its logo (A27, R105)."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from nfse.models import ChangeRecord, Firm, FirmLogo
from nfse.services.logos import LARGEST, MAX_BYTES, LogoRefused, draw_again, store_logo
from nfse.tests.firms import make_city
from nfse.tests.registered import make_record
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db
PAGE, UPLOAD, REMOVE, LOGO = (
    "/notas/configuracoes/",
    "/notas/configuracoes/logo/",
    "/notas/configuracoes/logo/remover/",
    "/notas/logo/",
)
FORM = {
    "legal_name": "Contas Novas Ltda",
    "trade_name": "Contas Novas",
    "email": "contato@contas.example",
    "phone": "(55) 99912-3456",
    "postal_code": "97010-001",
    "street": "Rua do Acampamento",
    "number": "210",
    "complement": "Sala 3",
    "district": "Centro",
    "city": "Santa Maria - RS",
    "city_code": "4316907",
}


@pytest.fixture
def owner(client, office):
    make_city()
    client.force_login(office.owner)
    return client


def picture(size=(300, 100), kind="PNG", mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, format=kind, **options)
    return out.getvalue()


def upload(client, content, name="logo.png"):
    return client.post(UPLOAD, {"logo": SimpleUploadedFile(name, content, "image/png")})


# --- Data ------------------------------------------------------------------------------------------
def test_what_is_saved_is_shown(owner, office):
    assert owner.post(PAGE, FORM)["Location"] == PAGE
    page = owner.get(PAGE).text
    for value in FORM.values():
        assert f'value="{value}"' in page
    firm = Firm.objects.get(pk=office.firm.pk)
    assert (firm.phone, firm.postal_code, firm.city_id) == ("+5555999123456", "97010001", "4316907")


def test_the_owner_chooses_what_a_cancellation_asked_by_whatsapp_leads_to(owner, office):
    assert owner.get(PAGE).context["form"]["chat_cancellation"].value() == "ask_firm"

    owner.post(PAGE, FORM | {"chat_cancellation": "allowed"})

    assert Firm.objects.get(pk=office.firm.pk).chat_cancellation == "allowed"
    assert '<option value="allowed" selected>Permitir direto' in owner.get(PAGE).text
    owner.post(PAGE, FORM)
    assert Firm.objects.get(pk=office.firm.pk).chat_cancellation == "allowed", "a script may leave it out"


def test_the_cnpj_is_shown_and_never_changes(owner, office):
    assert "11.222.333/0001-81" in owner.get(PAGE).text
    owner.post(PAGE, FORM | {"document": "45448325000170"})
    assert Firm.objects.get(pk=office.firm.pk).document == "11222333000181"


def test_what_the_page_does_not_show_stays(owner, office):
    Firm.objects.update(chat_cancellation="off", business_hours={"mon": "8-12"}, daily_digest=True)
    owner.post(PAGE, FORM)
    firm = Firm.objects.get(pk=office.firm.pk)
    assert (firm.chat_cancellation, firm.business_hours, firm.daily_digest) == ("off", {"mon": "8-12"}, True)


def test_a_firm_without_address_is_offered_the_registrys(owner, office):
    make_record(office.firm.document, street="RUA DO ACAMPAMENTO", postal_code="97050000")
    page = owner.get(PAGE).text
    assert "Este é o endereço da Receita" in page
    for value in ("RUA DO ACAMPAMENTO", "97050-000", "Santa Maria - RS", "4316907"):
        assert f'value="{value}"' in page
    owner.post(PAGE, FORM)
    assert "endereço da Receita" not in owner.get(PAGE).text


def test_an_emptied_city_is_no_city(owner, office):
    owner.post(PAGE, FORM)
    owner.post(PAGE, FORM | {"city": ""})
    assert Firm.objects.get(pk=office.firm.pk).city is None


def test_a_city_written_in_full_counts(owner, office):
    owner.post(PAGE, FORM | {"city": "santa maria-rs", "city_code": ""})
    assert Firm.objects.get(pk=office.firm.pk).city_id == "4316907"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"legal_name": ""}, "Informe a razão social."),
        ({"phone": "123"}, "Telefone inválido"),
        ({"postal_code": "9701"}, "CEP inválido"),
        ({"email": "sem-arroba"}, "e-mail válido"),
        ({"city": "Lugar Nenhum", "city_code": ""}, "Escolha a cidade na lista"),
        ({"city_code": "9999999"}, "Escolha a cidade na lista"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(owner, office, changes, said):
    answer = owner.post(PAGE, FORM | changes)
    assert (answer.status_code, said in answer.text) == (422, True)
    for value in filter(None, (FORM | changes).values()):
        assert f'value="{value}"' in answer.text
    assert Firm.objects.get(pk=office.firm.pk).legal_name == "Contabilidade 1"


def test_no_switch_that_nothing_obeys(owner):
    """R108: the digest and business hours come with what obeys them."""
    page = owner.get(PAGE).text
    for name in ("daily_digest", "business_hours", "warn_clients"):
        assert name not in page


@pytest.mark.parametrize("role", ["accountant", "attendant"])
def test_only_the_owner_changes_settings(client, office, role):
    client.force_login(getattr(office, role))
    for answer in (client.get(PAGE), client.post(PAGE, FORM), upload(client, picture()), client.post(REMOVE)):
        assert answer.status_code == 403
    assert 'href="/notas/configuracoes/"' not in client.get("/notas/").text


# --- Logo ------------------------------------------------------------------------------------------
def test_a_logo_is_shown_to_the_whole_team_and_nobody_else(client, owner, office, other_office):
    assert upload(owner, picture())["Location"] == PAGE
    version = Firm.objects.get(pk=office.firm.pk).logo_version
    assert f"/notas/logo/?v={version}" in owner.get(PAGE).text
    client.force_login(office.attendant)
    answer = client.get(LOGO)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (300, 100)
    assert "private" in answer["Cache-Control"]
    assert client.get(LOGO, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    client.force_login(other_office.owner)
    assert client.get(LOGO).status_code == 404


def test_what_hides_in_a_picture_does_not_survive(owner, office):
    secret = picture(kind="JPEG", comment=b"segredo", exif=b"Exif\x00\x00segredo")
    upload(owner, secret + b"<script>segredo</script>", "logo.jpg")
    stored = bytes(FirmLogo.objects.get(firm=office.firm).picture)
    assert stored.startswith(b"\x89PNG")
    assert b"segredo" not in stored


def test_a_large_picture_is_made_small_and_keeps_its_shape():
    content, size = draw_again(picture((3000, 1000)))
    assert size == (640, 213)
    assert size[0] <= LARGEST[0]
    assert len(content) < MAX_BYTES


def test_transparency_stays():
    content, _ = draw_again(picture(mode="RGBA"))
    assert Image.open(io.BytesIO(content)).mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + b"\x00" * 50, "não é uma imagem PNG nem JPG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "não é uma imagem PNG nem JPG"),
        (picture(kind="GIF"), "não é uma imagem PNG nem JPG"),
        (picture()[:-60], "danificada"),
        (b"x" * (MAX_BYTES + 1), "mais de 2 MB"),
        (b"", "O arquivo está vazio"),
    ],
    ids=["fake", "svg", "gif", "cut", "large", "empty"],
)
def test_a_refused_logo_says_why_and_the_old_one_stays(owner, office, content, said):
    upload(owner, picture())
    before = Firm.objects.get(pk=office.firm.pk).logo_version
    answer = upload(owner, content)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert Firm.objects.get(pk=office.firm.pk).logo_version == before


@pytest.mark.parametrize("size", [(6000, 5000), (14_000, 14_000)])
def test_a_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(LogoRefused, match="megapixels"):
        draw_again(picture(size, mode="1"))


def test_no_file_says_so(owner):
    assert "Escolha o arquivo" in owner.post(UPLOAD).text


def test_a_logo_is_removed_with_its_trail(owner, office):
    upload(owner, picture())
    for _ in range(2):
        assert owner.post(REMOVE)["Location"] == PAGE
    assert not FirmLogo.objects.exists()
    assert owner.get(LOGO).status_code == 404
    assert [sorted(one.after) for one in ChangeRecord.objects.filter(firm=office.firm)] == [
        ["logo_version"]
    ] * 2


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_leave_one_logo_that_its_version_names(office):
    names = iter([picture((100, 50)), picture((200, 50))])

    def send():
        return store_logo(firm_id=office.firm.pk, user_id=office.owner.pk, content=next(names)).logo_version

    sent = race(2, send)
    firm = Firm.objects.get(pk=office.firm.pk)
    assert firm.logo_version in sent
    assert FirmLogo.objects.count() == 1
    assert FirmLogo.objects.get().width == (100 if firm.logo_version == version_of((100, 50)) else 200)


def version_of(size):
    return hashlib.sha256(draw_again(picture(size))[0]).hexdigest()[:16]
