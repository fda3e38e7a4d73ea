"""Certificates of companies (N4, R28, R95)."""

import base64
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction

from core.crypto import DecryptionFailed
from core.reencryption import reencrypt_field
from fiscal.documents.certificates import (
    Expired,
    NotAPfx,
    NotForClients,
    NotYetValid,
    PfxTooBig,
    WithoutDocument,
    WrongPassword,
)
from fiscal.documents.pfx_cost import MAX_ITERATIONS, TooCostly
from fiscal.enumerations import Gateway
from nfse.models import Certificate, CertificateSecret, ChangeRecord, Company
from nfse.permissions import NotAllowed, NotFound
from nfse.selectors.certificates import (
    NoCertificate,
    count_ending_certificates,
    find_active_certificate,
    list_certificates,
    list_ending_certificates,
)
from nfse.services.certificates import (
    CertificateOfAnother,
    SameRootNotAccepted,
    load_certificate,
    open_secret,
    upload_certificate,
)
from nfse.states import SetupState
from nfse.tests.firms import make_company
from sandbox import pki

pytestmark = pytest.mark.django_db
PASSWORD = "segredo-do-teste"
ANOTHER_KEY = "bmFkYS1hLXZlci1jb20tYS1jaGF2ZS1kZS1hbnRlcyE="
CNPJ, BRANCH, FOREIGN = "12345678000195", "12345678000276", "98765432000198"


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Certificates of an authority made for this file, each kind made once."""
    home, made = tmp_path_factory.mktemp("authority"), {}

    def pfx(document=CNPJ, copy=0, **how):
        key = (document, copy, *sorted(how.items()))
        if key not in made:
            made[key] = pki.make_pfx(document, "OFICINA DO VALE LTDA", PASSWORD, home=home, **how)
        return made[key]

    return pfx


@pytest.fixture
def upload(office, company, make):
    def send(data=None, password=PASSWORD, **how):
        return upload_certificate(
            **{
                "firm_id": office.firm.pk,
                "user_id": office.accountant.pk,
                "company_id": company.pk,
                "data": make() if data is None else data,
                "password": password,
                **how,
            }
        )

    return send


def test_a_certificate_is_opened_described_and_used(office, company, upload):
    certificate = upload()
    assert (certificate.holder, certificate.document) == ("OFICINA DO VALE LTDA", CNPJ)
    assert certificate.valid_until > datetime.now(UTC)
    loaded = load_certificate(firm_id=office.firm.pk, company_id=company.pk)
    assert loaded.fingerprint == certificate.fingerprint
    assert loaded.private_key.key_size >= 2048


@pytest.mark.parametrize("kind", ["rc2", "3des"])
def test_old_encryption_is_opened(upload, make, kind):
    assert upload(make(kind=kind)).document == CNPJ


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", Expired),
        ("not yet valid", NotYetValid),
        ("no client auth", NotForClients),
        ("no document", WithoutDocument),
    ],
)
def test_a_certificate_that_cannot_sign_is_refused(upload, make, kind, error):
    with pytest.raises(error):
        upload(make(kind=kind))
    assert not Certificate.objects.exists()


def test_a_wrong_password_is_refused(upload):
    with pytest.raises(WrongPassword):
        upload(password="outra")


@pytest.mark.parametrize("kind", ["rc2", "3des"])
def test_a_wrong_password_of_an_old_file_is_refused_too(upload, make, kind):
    with pytest.raises(WrongPassword):
        upload(make(kind=kind), password="outra")


def test_what_is_no_pfx_is_refused_by_content_and_size(upload):
    with pytest.raises(NotAPfx):
        upload(b"%PDF-1.7")
    with pytest.raises(NotAPfx):
        upload(b"")
    with pytest.raises(PfxTooBig):
        upload(b"0" * (1024 * 1024 + 1))


def test_a_certificate_of_another_company_is_refused_even_if_accepted(upload, make):
    with pytest.raises(CertificateOfAnother) as refusal:
        upload(make(FOREIGN), accept_same_root=True)
    assert "98.765.432/0001-98" in refusal.value.message
    assert not Certificate.objects.exists()


def test_another_branch_needs_to_be_accepted(upload, make):
    with pytest.raises(SameRootNotAccepted):
        upload(make(BRANCH))
    assert upload(make(BRANCH), accept_same_root=True).is_same_root


def test_a_new_certificate_replaces_the_old_one_which_stays_without_key(office, company, upload, make):
    old, new = upload(), upload(make(copy=1))
    old.refresh_from_db()
    assert (old.is_active, old.replaced_at is None) == (False, False)
    assert list(list_certificates(office.firm.pk, company_id=company.pk)) == [new, old]
    assert CertificateSecret.objects.get().certificate == new
    assert find_active_certificate(office.firm.pk, company.pk) == new


def test_a_refused_certificate_leaves_the_old_one_in_use(office, company, upload, make):
    old = upload()
    with pytest.raises(Expired):
        upload(make(kind="expired"))
    assert find_active_certificate(office.firm.pk, company.pk) == old


def test_the_same_file_twice_is_one_certificate(upload):
    assert upload() == upload()
    assert Certificate.objects.count() == ChangeRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_leave_one_active(office, company, upload, make):
    files = [make(copy=1), make(copy=2)]

    def send(data):
        try:
            return upload(data)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, files))
    assert Certificate.objects.filter(is_active=True).count() == CertificateSecret.objects.count() == 1
    assert Certificate.objects.count() == 2


def test_the_database_allows_one_active_certificate(upload):
    certificate = upload()
    certificate.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        certificate.save(force_insert=True)


def test_nothing_of_the_key_is_readable_in_the_database(upload):
    upload()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM nfse_certificatesecret")
        stored = cursor.fetchone()[0]
    assert PASSWORD not in stored
    assert '"pfx"' not in stored
    assert stored.startswith("gAAAA")


def test_a_key_moved_to_another_company_does_not_open(office, upload, make):
    upload()
    thief = make_company(office.firm, FOREIGN, legal_name="Outra Ltda")
    Certificate.objects.update(company=thief)
    with pytest.raises(DecryptionFailed):
        load_certificate(firm_id=office.firm.pk, company_id=thief.pk)


def test_a_key_of_another_encryption_key_does_not_open(office, company, upload, settings):
    upload()
    settings.CERTIFICATE_ENCRYPTION_KEYS = [ANOTHER_KEY]
    with pytest.raises(DecryptionFailed):
        load_certificate(firm_id=office.firm.pk, company_id=company.pk)


def test_the_keys_of_other_fields_open_no_certificate(office, company, upload, settings):
    upload()
    settings.CERTIFICATE_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS
    with pytest.raises(DecryptionFailed):
        load_certificate(firm_id=office.firm.pk, company_id=company.pk)


def test_without_keys_of_their_own_certificates_are_not_kept(upload, settings):
    settings.CERTIFICATE_ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="CERTIFICATE_ENCRYPTION_KEYS"):
        upload()
    assert not Certificate.objects.exists()


def test_the_keys_of_certificates_rotate_by_themselves(office, company, upload, settings):
    upload()
    settings.CERTIFICATE_ENCRYPTION_KEYS = [ANOTHER_KEY, *settings.CERTIFICATE_ENCRYPTION_KEYS]
    field = CertificateSecret._meta.get_field("content")
    assert reencrypt_field(CertificateSecret, field).rotated == 1
    settings.CERTIFICATE_ENCRYPTION_KEYS = [ANOTHER_KEY]
    assert load_certificate(firm_id=office.firm.pk, company_id=company.pk).document == company.document


def test_a_certificate_that_ended_does_not_sign(office, company, upload):
    certificate = upload()
    with pytest.raises(Expired):
        load_certificate(
            firm_id=office.firm.pk, company_id=company.pk, now=certificate.valid_until + timedelta(seconds=1)
        )


def test_without_certificate_there_is_nothing_to_load(office, company):
    with pytest.raises(NoCertificate):
        load_certificate(firm_id=office.firm.pk, company_id=company.pk)


def test_neither_log_nor_trail_nor_text_shows_password_or_key(upload, caplog, make):
    caplog.set_level(logging.DEBUG)
    certificate = upload()
    secret = CertificateSecret.objects.get()
    change = ChangeRecord.objects.get(subject="certificate")
    shown = f"{caplog.text} {certificate!r} {secret!r} {change.before} {change.after}"
    assert PASSWORD not in shown
    assert "pfx" not in shown
    assert change.after["serial"] == certificate.serial


def test_plugnotas_must_get_the_new_certificate(company, upload):
    Company.objects.update(gateway=Gateway.PLUGNOTAS, plugnotas_state=SetupState.SENT)
    upload()
    company.refresh_from_db()
    assert company.plugnotas_state == SetupState.PENDING


def test_attendants_send_no_certificate(office, upload):
    with pytest.raises(NotAllowed):
        upload(user_id=office.attendant.pk)


def test_strangers_meet_nothing(office, other_office, other_company, company, upload):
    certificate = upload()
    with pytest.raises(NotFound):
        upload(user_id=other_office.owner.pk)
    with pytest.raises(NotFound):
        upload(company_id=other_company.pk)
    firm_id = other_office.firm.pk
    assert not list_certificates(firm_id).exists()
    assert not list_certificates(firm_id, company_id=company.pk).exists()
    assert find_active_certificate(firm_id, company.pk) is None
    soon = certificate.valid_until - timedelta(days=1)
    assert not list_ending_certificates(firm_id, now=soon).exists()
    assert count_ending_certificates(firm_id, now=soon) == (0, 0)
    with pytest.raises(NoCertificate):
        open_secret(firm_id=firm_id, company_id=company.pk)


def test_ending_and_ended_are_counted_apart(office, upload):
    certificate = upload()
    for days, counts in ((31, (0, 0)), (30, (1, 0)), (-1, (0, 1))):
        now = certificate.valid_until - timedelta(days=days)
        assert count_ending_certificates(office.firm.pk, now=now) == counts


def test_lists_read_no_key_and_ask_one_query(office, upload, django_assert_num_queries):
    upload()
    with django_assert_num_queries(1) as queries:
        assert [row.company.legal_name for row in list_certificates(office.firm.pk)]
    assert "nfse_certificatesecret" not in queries.captured_queries[0]["sql"]


# --- What opening costs ------------------------------------------------------------------------------
def too_costly(data):
    """One iteration more than is allowed, of the MAC: the number stands open in the file."""
    pfx = pkcs12.Pfx.load(data)
    pfx["mac_data"]["iterations"] = MAX_ITERATIONS + 1
    return pfx.dump(force=True)


def test_a_costly_file_is_refused_before_it_is_opened(upload, make):
    with pytest.raises(TooCostly):
        upload(too_costly(make()))

    assert not Certificate.objects.exists()


def test_a_file_that_was_stored_before_files_were_checked_is_checked_once(office, company, upload, make):
    upload()
    secret = CertificateSecret.objects.get()
    secret.content = {key: value for key, value in secret.content.items() if key != "checked"}
    secret.save()

    open_secret(firm_id=office.firm.pk, company_id=company.pk)

    secret.refresh_from_db()
    assert secret.content["checked"] is True


def test_a_costly_file_that_was_stored_earlier_is_never_opened(office, company, upload, make):
    upload()
    secret = CertificateSecret.objects.get()
    secret.content = {**secret.content, "pfx": base64.b64encode(too_costly(make())).decode()}
    del secret.content["checked"]
    secret.save()

    with pytest.raises(TooCostly):
        load_certificate(firm_id=office.firm.pk, company_id=company.pk)
