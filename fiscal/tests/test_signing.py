"""Signatures that another library verifies, and certificates opened or refused with a reason."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtensionOID
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from fiscal.documents.certificates import (
    Expired,
    NotAPfx,
    NotForClients,
    NotYetValid,
    PfxTooBig,
    UnreadablePart,
    WithoutDocument,
    WrongPassword,
    allows_client_authentication,
    allows_signing,
    check_usable,
    describe,
    is_of_company,
    is_of_same_root,
    open_pfx,
)
from fiscal.documents.dps import CannotBuild
from fiscal.documents.preparation import prepare_dps
from fiscal.documents.schema import validate
from fiscal.documents.signing import (
    CannotSign,
    SignatureAlgorithm,
    SignatureStatus,
    digest_value,
    sign,
    verify,
)
from fiscal.documents.xml import UnreadableXml, find_first, find_text, read_xml, write_xml
from fiscal.tests.notes import (
    ISSUER_CNPJ,
    ISSUER_CPF,
    LETTERS_CNPJ,
    NOW,
    PASSWORD,
    SAMPLES,
    build,
    make_certificate,
    make_certificate_file,
    make_nfse,
    make_service,
    make_snapshot,
    signed,
)

SAMPLE = (SAMPLES / "dps-signed-rsa-sha1-c14n.xml").read_bytes()


# --- Signing -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("algorithm", SignatureAlgorithm)
def test_both_algorithms_are_valid_by_the_schema_and_verified_apart(algorithm):
    document = signed(algorithm=algorithm)

    assert validate(document) == []
    assert verify(document).status is SignatureStatus.VALID


def test_the_default_is_sha256_with_exclusive_canonical_form():
    document = signed()

    assert b"xmldsig-more#rsa-sha256" in document
    assert b"http://www.w3.org/2001/10/xml-exc-c14n#" in document
    assert b"sha1" not in document


def test_the_signature_is_last_without_prefix_and_with_one_certificate():
    document = signed()
    root = read_xml(document)

    assert root[-1].tag.endswith("}Signature")
    assert b"ds:" not in document
    assert document.count(b"<X509Certificate>") == 1
    assert find_text(root, "Signature/SignedInfo/Reference/Transforms") == ""
    assert find_first(root, "Reference").get("URI") == "#" + find_first(root, "infDPS").get("Id")


def test_signing_changes_nothing_of_what_was_built():
    document = build()

    assert signed().startswith(document.removesuffix(b"</DPS>"))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"1500.00", b"1500.01"), (b"<serie>", b" <serie>"), (b"Manuten", b"manuten")],
)
def test_one_changed_character_is_found(old, new):
    assert verify(signed().replace(old, new)).status is SignatureStatus.INVALID


def test_a_real_signature_of_another_program_is_verified():
    assert verify(SAMPLE).status is SignatureStatus.VALID
    assert verify(SAMPLE.replace(b"<vServ>", b"<vServ>1")).status is SignatureStatus.INVALID


def test_an_unsigned_document_has_no_signature():
    assert verify(build()).status is SignatureStatus.ABSENT


def test_a_signature_over_something_else_proves_nothing():
    document = signed()
    number = find_first(read_xml(document), "infDPS").get("Id").encode()
    moved = document.replace(b'<infDPS Id="' + number, b'<infDPS Id="DPS0', 1)

    assert verify(moved).status is SignatureStatus.INVALID


def test_a_transform_that_could_hide_content_is_not_followed():
    exclusive = b'<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    xpath = (
        b'<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>1</XPath></Transform>'
    )
    verdict = verify(signed().replace(exclusive, xpath + exclusive))

    assert verdict.status is SignatureStatus.INVALID
    assert verdict.problem == "A assinatura não cobre o conteúdo do documento."


def whole(xml):
    """Signed over the whole document (URI=""), as some programs do."""
    certificate = make_certificate()
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signed = signer.sign(
        read_xml(xml), key=certificate.private_key, cert=[certificate.certificate], always_add_key_value=False
    )
    return write_xml(signed)


def test_a_signature_over_the_whole_document_covers_its_content():
    document = whole(build())

    assert b'URI=""' in document
    assert verify(document).status is SignatureStatus.VALID
    assert verify(document.replace(b"1500.00", b"1500.01")).status is SignatureStatus.INVALID


def test_a_signature_over_the_whole_declaration_holds_inside_the_returned_note():
    inside = find_first(read_xml(make_nfse(whole(build()))), "DPS")

    assert verify(inside).status is SignatureStatus.VALID


def test_a_signature_without_certificate_is_invalid_and_says_so():
    document = signed()
    start, end = document.index(b"<X509Certificate>") + 17, document.index(b"</X509Certificate>")

    verdict = verify(document[:start] + base64.b64encode(b"nada") + document[end:])

    assert verdict.status is SignatureStatus.INVALID
    assert "certificado" in verdict.problem


def test_our_signature_still_holds_inside_the_returned_note():
    inside = find_first(read_xml(make_nfse(signed())), "DPS")

    assert verify(inside).status is SignatureStatus.VALID
    assert digest_value(inside) == digest_value(read_xml(signed()))


@pytest.mark.parametrize("document", [b"<DPS/>", b"<html><body/></html>"])
def test_nothing_to_sign_is_an_error(document):
    with pytest.raises(CannotSign):
        sign(document, certificate=make_certificate())


def test_a_signed_document_is_not_signed_again():
    with pytest.raises(CannotSign):
        sign(signed(), certificate=make_certificate())


def test_what_is_prepared_is_signed_and_valid_and_the_same_each_time():
    prepared = [
        prepare_dps(make_snapshot(), series=900, number=57, issued_at=NOW, certificate=make_certificate())
        for _ in range(2)
    ]

    assert prepared[0] == prepared[1] == signed()


def test_what_the_schema_refuses_is_never_prepared():
    snapshot = make_snapshot(service=make_service(place_city_code="Porto Alegre"))

    with pytest.raises(CannotBuild) as refused:
        prepare_dps(snapshot, series=900, number=57, issued_at=NOW, certificate=make_certificate())

    assert refused.value.field == "serv/locPrest/cLocPrestacao"


# --- Reading -----------------------------------------------------------------------------------------
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]><lolz>&lol3;</lolz>"""
FILE_READER = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""


@pytest.mark.parametrize("document", [b"", b"  \n", b"\x00\x01", b"<a>", BOMB, FILE_READER, b"\xff\xfe\x00"])
def test_dangerous_and_broken_documents_are_not_read(document):
    with pytest.raises(UnreadableXml):
        read_xml(document)


# --- Certificates ------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["A1", "rc2", "3des"])
@pytest.mark.parametrize("document", [ISSUER_CNPJ, LETTERS_CNPJ, ISSUER_CPF])
def test_old_and_new_files_of_companies_and_people_are_opened(kind, document):
    certificate = open_pfx(make_certificate_file(document, kind=kind), PASSWORD, now=NOW)

    assert (certificate.document, certificate.holder) == (document, "OFICINA ROTA SUL")
    assert allows_signing(certificate.certificate)
    assert certificate.valid_from < certificate.valid_until
    assert len(certificate.fingerprint) == 64


@pytest.mark.parametrize("encoding", ["octet", "printable", "utf8"])
def test_the_document_is_read_in_each_encoding(encoding):
    data = make_certificate_file(other_name=encoding)

    assert open_pfx(data, PASSWORD, now=NOW).document == ISSUER_CNPJ


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", Expired),
        ("not yet valid", NotYetValid),
        ("no client auth", NotForClients),
        ("no document", WithoutDocument),
    ],
)
def test_unfit_certificates_are_refused_with_a_sentence(kind, error):
    with pytest.raises(error) as refused:
        open_pfx(make_certificate_file(kind=kind), PASSWORD, now=NOW)

    assert "certificado" in refused.value.message


def test_one_unreadable_name_hides_neither_the_others_nor_the_uses():
    certificate = open_pfx(make_certificate_file(kind="odd e-mail"), PASSWORD, now=NOW)

    assert certificate.document == ISSUER_CNPJ
    assert allows_client_authentication(certificate.certificate)
    assert allows_signing(certificate.certificate)


@pytest.mark.parametrize(
    ("oid", "part"),
    [
        (ExtensionOID.EXTENDED_KEY_USAGE, "as finalidades"),
        (ExtensionOID.BASIC_CONSTRAINTS, "as restrições"),
        (ExtensionOID.SUBJECT_ALTERNATIVE_NAME, "os nomes alternativos"),
    ],
)
def test_a_part_that_cannot_be_read_is_said_as_such(oid, part):
    loaded = make_certificate()
    builder = x509.CertificateBuilder(
        loaded.certificate.issuer,
        loaded.certificate.subject,
        loaded.certificate.public_key(),
        loaded.certificate.serial_number,
        loaded.certificate.not_valid_before_utc,
        loaded.certificate.not_valid_after_utc,
    )
    for extension in loaded.certificate.extensions:
        value = x509.UnrecognizedExtension(oid, b"\x04\x00") if extension.oid == oid else extension.value
        builder = builder.add_extension(value, extension.critical)
    odd = describe(builder.sign(loaded.private_key, SHA256()), private_key=loaded.private_key)

    with pytest.raises(UnreadablePart, match=part):
        check_usable(odd, loaded.valid_from + timedelta(days=1))


def test_validity_is_judged_at_the_given_moment():
    data = make_certificate_file()

    with pytest.raises(Expired):
        open_pfx(data, PASSWORD, now=NOW + timedelta(days=3650))


@pytest.mark.parametrize("kind", ["A1", "rc2"])
def test_a_wrong_password_is_told_apart_from_a_wrong_file(kind):
    data = make_certificate_file(kind=kind)

    with pytest.raises(WrongPassword):
        open_pfx(data, "outra", now=NOW)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----", b"\x30\x03\x02\x01\x00"])
def test_files_that_are_no_pfx_are_said_so(data):
    with pytest.raises(NotAPfx):
        open_pfx(data, PASSWORD)


def test_a_file_above_one_megabyte_is_not_even_opened():
    with pytest.raises(PfxTooBig):
        open_pfx(b"\x30" * (1024 * 1024 + 1), PASSWORD)


def test_the_private_key_is_never_printed():
    assert "private" not in repr(make_certificate())
    assert "object at" not in repr(make_certificate())


def test_another_branch_is_the_same_root_but_not_the_company():
    branch = "12345678000276"

    assert is_of_company(ISSUER_CNPJ, ISSUER_CNPJ)
    assert not is_of_company(branch, ISSUER_CNPJ)
    assert is_of_same_root(branch, ISSUER_CNPJ)
    assert not is_of_same_root(ISSUER_CPF, ISSUER_CNPJ)


# --- Many at once ------------------------------------------------------------------------------------
def test_threads_do_not_mix_their_documents():
    def prepare(number: int) -> tuple[bool, list[str]]:
        document = sign(build(number=number), certificate=make_certificate())
        broken = document.replace(b"1500.00", f"1500.{number}00".encode())
        problems = validate(broken)
        whole = not validate(document) and verify(document).status is SignatureStatus.VALID
        return whole, [problem.message for problem in problems if f"1500.{number}00" in problem.message]

    make_certificate()
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(prepare, range(1, 121)))

    assert all(whole for whole, _ in results)
    assert all(len(messages) == 1 for _, messages in results)
