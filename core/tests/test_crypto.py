import base64
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from core import crypto
from core.crypto import DecryptionFailed, blind_index, decrypt, encrypt
from core.tests.models import Secret

OLD_KEY, NEW_KEY, STRANGE_KEY = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY]


def stored(column="text"):
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, data FROM core_secret ORDER BY id")
        return [row[("text", "data").index(column)] for row in cursor.fetchall()]


def test_what_is_encrypted_can_be_read_and_looks_different_each_time():
    assert decrypt(encrypt("José, 529.982.247-25")) == "José, 529.982.247-25"
    assert encrypt("x") != encrypt("x")


def test_empty_text_stays_empty():
    assert encrypt("") == decrypt("") == ""


@pytest.mark.parametrize("token", ["plain text", "gAAAAABnothing", "não"])
def test_what_is_no_token_is_an_error(token):
    with pytest.raises(DecryptionFailed):
        decrypt(token)


def test_a_wrong_key_is_an_error_that_shows_no_ciphertext(settings):
    token = encrypt("segredo")
    settings.FIELD_ENCRYPTION_KEYS = [STRANGE_KEY]

    with pytest.raises(DecryptionFailed) as failure:
        decrypt(token)

    assert token not in str(failure.value)
    assert failure.value.__suppress_context__


def test_the_first_key_writes_and_all_keys_read(settings):
    old_token = encrypt("antes")
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    new_token = encrypt("depois")

    assert (decrypt(old_token), decrypt(new_token)) == ("antes", "depois")
    assert (crypto.is_current(old_token), crypto.is_current(new_token)) == (False, True)


@pytest.mark.parametrize("keys", [["short"], [], [OLD_KEY, "não é uma chave"]])
def test_a_nonsense_key_is_refused_at_the_start(settings, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        crypto.validate_keys()


def test_a_blind_index_depends_on_value_context_and_key(settings):
    first = blind_index("52998224725", "leads.partner.cpf")

    assert first == blind_index("52998224725", "leads.partner.cpf")
    assert first != blind_index("52998224726", "leads.partner.cpf")
    assert first != blind_index("52998224725", "nfse.taker.cpf")
    settings.BLIND_INDEX_KEY = "another key"
    assert first != blind_index("52998224725", "leads.partner.cpf")


@pytest.mark.django_db
def test_a_field_is_plain_in_python_and_unreadable_in_the_database():
    Secret.objects.create(text="segredo", data={"phones": ["+5555999123456"]})

    secret = Secret.objects.get()

    assert (secret.text, secret.data) == ("segredo", {"phones": ["+5555999123456"]})
    assert "segredo" not in stored()[0]
    assert "99912" not in stored("data")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{}, [], 0, "", False, {"é": [1, None]}])
def test_every_json_value_comes_back_as_it_went(data):
    pk = Secret.objects.create(data=data).pk

    assert Secret.objects.get(pk=pk).data == data


@pytest.mark.django_db
def test_empty_text_and_none_keep_their_difference():
    Secret.objects.create(text="")
    Secret.objects.create(text=None)

    assert list(Secret.objects.order_by("pk").values_list("text", flat=True)) == ["", None]
    assert stored() == ["", None]


@pytest.mark.django_db
def test_every_way_to_write_encrypts():
    secret = Secret.objects.create(text="a")
    Secret.objects.bulk_create([Secret(text="b")])
    Secret.objects.filter(pk=secret.pk).update(text="c")
    other = Secret.objects.exclude(pk=secret.pk).get()
    other.text = "d"
    Secret.objects.bulk_update([other], ["text"])

    assert sorted(Secret.objects.values_list("text", flat=True)) == ["c", "d"]
    assert all(token.startswith("gAAAA") for token in stored())


@pytest.mark.django_db
def test_reading_with_a_wrong_key_raises_and_never_gives_ciphertext(settings):
    Secret.objects.create(text="segredo")
    settings.FIELD_ENCRYPTION_KEYS = [STRANGE_KEY]

    with pytest.raises(DecryptionFailed):
        Secret.objects.get()


def test_searching_ciphertext_is_refused():
    with pytest.raises(FieldError):
        Secret.objects.filter(text="segredo")


def test_the_value_is_in_no_repr_and_in_no_dump():
    secret = Secret(pk=1, text="segredo", data={"cpf": "segredo"})

    assert "segredo" not in repr(secret)
    assert "segredo" not in serializers.serialize("json", [secret])


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_field():
    pks = [Secret.objects.create(text=f"segredo {n}").pk for n in range(20)]

    def read_and_clean(pk):
        try:
            secret = Secret.objects.get(pk=pk)
            secret.full_clean()
            return secret.text
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(read_and_clean, pks * 5))

    assert texts == [f"segredo {n}" for n in range(20)] * 5


def reencrypt(**options):
    out = StringIO()
    call_command("reencrypt_fields", stdout=out, **options)
    return next(line for line in out.getvalue().splitlines() if line.startswith("core.Secret.text"))


@pytest.mark.django_db
def test_reencrypting_moves_every_value_to_the_first_key(settings):
    for n in range(5):
        Secret.objects.create(text=f"segredo {n}")
    Secret.objects.create(text="")
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    Secret.objects.create(text="novo")

    report = reencrypt(batch_size=2)

    assert report.endswith("7 read = 5 re-encrypted + 2 already current + 0 failed")
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert sorted(Secret.objects.values_list("text", flat=True)) == [
        "",
        "novo",
        *(f"segredo {n}" for n in range(5)),
    ]


@pytest.mark.django_db
def test_reencrypting_twice_changes_nothing(settings):
    Secret.objects.create(text="segredo")
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    reencrypt()
    before = stored()

    assert reencrypt().endswith("1 read = 0 re-encrypted + 1 already current + 0 failed")
    assert stored() == before


@pytest.mark.django_db
def test_a_value_that_no_key_opens_is_counted_kept_and_fails_the_command(settings):
    Secret.objects.create(text="perdido")
    before = stored()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]

    with pytest.raises(CommandError, match="1 values cannot be decrypted"):
        reencrypt()

    assert stored() == before
