"""The authority of make-believe and the certificates that it hands out."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from sandbox.pki import KINDS, OTHER_NAME_FORMS, UnknownKind, make_pfx, set_up

CNPJ, CPF, PASSWORD = "12ABC34501DE35", "11144477735", "ção €"
CNPJ_OID, CPF_OID = ObjectIdentifier("2.16.76.1.3.3"), ObjectIdentifier("2.16.76.1.3.1")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    set_up(folder)
    return folder


def open_pfx(data, password=PASSWORD):
    return pkcs12.load_key_and_certificates(data, password.encode())


def other_names(certificate):
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {name.type_id: name.value for name in names if isinstance(name, x509.OtherName)}


def test_the_authority_is_made_once_however_many_ask(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        roots = set(pool.map(lambda _: set_up(tmp_path).ca_file.read_bytes(), range(8)))
    assert len(roots) == 1
    assert not list((tmp_path / "sandbox").glob("pki-*"))


def test_keys_are_for_their_owner_only(home):
    keys = list(set_up(home).folder.glob("*.key"))
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens_with_its_password_alone(home, kind):
    data = make_pfx(CNPJ, "PADARIA DA CRUZ LTDA", PASSWORD, kind=kind, home=home)
    key, certificate, chain = open_pfx(data)
    assert key.public_key() == certificate.public_key()
    assert len(chain) == 1
    with pytest.raises(ValueError, match=r"(?i)password|invalid"):
        open_pfx(data, "outra")


@pytest.mark.parametrize(("form", "tag"), [("octet", 0x04), ("printable", 0x13), ("utf8", 0x0C)])
def test_the_document_is_written_in_every_form_seen(home, form, tag):
    _, certificate, _ = open_pfx(make_pfx(CNPJ, "PADARIA", PASSWORD, other_name=form, home=home))
    assert other_names(certificate)[CNPJ_OID] == bytes([tag, 14]) + CNPJ.encode()


def test_a_person_has_the_birth_date_before_the_cpf(home):
    _, certificate, _ = open_pfx(make_pfx(CPF, "FULANA", PASSWORD, home=home))
    assert other_names(certificate)[CPF_OID][2:][8:19] == CPF.encode()


def test_an_a1_is_for_clients_and_signs(home):
    _, certificate, _ = open_pfx(make_pfx(CNPJ, "PADARIA", PASSWORD, home=home))
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    certificate.verify_directly_issued_by(set_up(home).load("ca").certificate)


def test_odd_kinds_are_what_they_say(home):
    made = {kind: open_pfx(make_pfx(CNPJ, "PADARIA", PASSWORD, kind=kind, home=home))[1] for kind in KINDS}
    now = datetime.now(UTC)
    assert made["expired"].not_valid_after_utc < now
    assert made["not yet valid"].not_valid_before_utc > now
    assert not other_names(made["no document"])
    purposes = made["no client auth"].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in purposes
    made["foreign CA"].verify_directly_issued_by(set_up(home).load("foreign-ca").certificate)


def test_validity_can_be_chosen(home):
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
    end = start + timedelta(days=307)
    data = make_pfx(CNPJ, "PADARIA", PASSWORD, valid_from=start, valid_until=end, home=home)
    _, certificate, _ = open_pfx(data)
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (start, end)


@pytest.mark.parametrize("how", [{"kind": "A3"}, {"other_name": "bmp"}])
def test_unknown_kinds_are_refused(home, how):
    with pytest.raises(UnknownKind, match="must be one of"):
        make_pfx(CNPJ, "PADARIA", PASSWORD, home=home, **how)


def test_the_command_writes_a_file_and_may_leave_it(home, tmp_path):
    out = tmp_path / "certificates" / "a1.pfx"
    command = [sys.executable, "-m", "sandbox.pki", "make-pfx", "--document", CNPJ, "--password", "segredo"]
    files = []
    for _ in range(2):
        options = ["--out", str(out), "--if-missing"]
        subprocess.run([*command, *options], check=True, env={"NITRO_HOME": str(home)})
        files.append(out.read_bytes())
    assert open_pfx(files[0], "segredo")[1] is not None
    assert files[0] == files[1]


def test_every_form_is_tested():
    assert set(OTHER_NAME_FORMS) == {"octet", "printable", "utf8"}
