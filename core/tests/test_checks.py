import logging

import pytest
from django.conf import settings as project_settings

from core import checks
from embedded.checks import PRODUCTION


@pytest.fixture
def production(settings, monkeypatch):
    """Settings of a complete production machine; a test then breaks one thing."""
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
        if hasattr(settings, name):
            setattr(settings, name, value)
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = [PRODUCTION["ALLOWED_HOSTS"]]
    settings.FIELD_ENCRYPTION_KEYS = [PRODUCTION["FIELD_ENCRYPTION_KEYS"]]
    settings.CERTIFICATE_ENCRYPTION_KEYS = [PRODUCTION["CERTIFICATE_ENCRYPTION_KEYS"]]
    return settings


def found():
    every = (
        checks.check_environment,
        checks.check_missing,
        checks.check_secrets,
        checks.check_addresses,
        checks.check_separate_redis,
        checks.check_hosts,
        checks.check_private_files,
        checks.check_seller,
    )
    return [(message.id, message.msg) for check in every for message in check()]


@pytest.mark.usefixtures("production")
def test_a_complete_production_machine_has_no_error():
    assert found() == []


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("name", sorted(project_settings.PRODUCTION_VARIABLES))
def test_a_missing_variable_is_named(monkeypatch, name):
    monkeypatch.setenv(name, " ")

    assert found() == [("core.E002", f"{name} is not set.")]


def test_a_development_machine_is_not_production(production):
    production.PRODUCTION = False

    assert found() == [("core.E001", "NITRO_ENVIRONMENT is not production.")]


@pytest.mark.parametrize(
    ("name", "development"),
    [
        ("SECRET_KEY", "DEVELOPMENT_SECRET_KEY"),
        ("BLIND_INDEX_KEY", "DEVELOPMENT_BLIND_INDEX_KEY"),
        ("PLUGNOTAS_WEBHOOK_SECRET", "DEVELOPMENT_WEBHOOK_SECRET"),
        ("STRIPE_WEBHOOK_SECRET", "DEVELOPMENT_STRIPE_SECRET"),
    ],
)
def test_a_published_secret_is_refused(production, name, development):
    setattr(production, name, getattr(production, development))

    assert found() == [("core.E003", f"{name} is the one for development.")]


@pytest.mark.parametrize(
    ("name", "development"),
    [
        ("FIELD_ENCRYPTION_KEYS", "DEVELOPMENT_FIELD_KEY"),
        ("CERTIFICATE_ENCRYPTION_KEYS", "DEVELOPMENT_CERTIFICATE_KEY"),
    ],
)
def test_a_published_encryption_key_is_refused_wherever_it_stands(production, name, development):
    setattr(production, name, [PRODUCTION[name], getattr(production, development)])

    assert found() == [("core.E003", f"{name} holds the key for development.")]


def test_certificates_share_no_key_with_other_fields(production):
    production.CERTIFICATE_ENCRYPTION_KEYS = production.FIELD_ENCRYPTION_KEYS

    message = "CERTIFICATE_ENCRYPTION_KEYS must share no key with FIELD_ENCRYPTION_KEYS."
    assert found() == [("core.E003", message)]


def test_a_short_secret_is_refused(production):
    production.BLIND_INDEX_KEY = "short"

    assert found() == [("core.E003", "BLIND_INDEX_KEY has fewer than 32 characters.")]


@pytest.mark.parametrize("name", ["SERPER_BASE_URL", "VIPER_BASE_URL", "BRASILAPI_BASE_URL", "SITE_URL"])
def test_the_sandbox_and_open_connections_are_refused(production, name):
    setattr(production, name, f"{production.SANDBOX_URL}/serper?key=segredo")

    assert ("core.E004", f"{name} must be https:// and not the sandbox, not http://127.0.0.1.") in found()


def test_the_evolution_api_may_stand_on_the_same_machine_and_nothing_else(production):
    production.EVOLUTION_BASE_URL = "http://127.0.0.1:8080"
    assert found() == []

    production.EVOLUTION_BASE_URL = "http://evolution.nitro.example"
    production.VIPER_BASE_URL = "http://127.0.0.1:8080"
    assert [code for code, _ in found()] == ["core.E004", "core.E004"]


@pytest.mark.parametrize("name", ["SEFIN_PRODUCTION_URL", "SEFIN_STAGING_URL", "ADN_PARAMETERS_STAGING_URL"])
def test_the_sandbox_of_sefin_is_refused_though_it_has_tls(production, name):
    setattr(production, name, f"{production.SANDBOX_SEFIN_URL}/producao")

    assert ("core.E004", f"{name} must be https:// and not the sandbox, not https://127.0.0.1.") in found()


def test_one_redis_for_queue_and_cache_is_refused(production):
    production.CACHE_URL = production.BROKER_URL.replace("/0", "/1")

    assert found() == [("core.E005", "BROKER_URL and CACHE_URL name the same Redis instance.")]


@pytest.mark.parametrize("hosts", [["*"], ["other.example"], []])
def test_hosts_must_be_named(production, hosts):
    production.ALLOWED_HOSTS = hosts

    assert [identifier for identifier, _ in found()] == ["core.E006"]


@pytest.mark.parametrize("folder", ["files", "static", "static/files"])
def test_private_files_lie_outside_what_is_served(production, folder):
    is_relative = folder == "files"
    production.FILES_ROOT = folder if is_relative else f"/srv/{folder}"
    production.STATIC_ROOT = "/srv/static"

    assert [code for code, _message in found()] == ["core.E007"]


@pytest.mark.parametrize("name", ["SELLER_LEGAL_NAME", "SELLER_CNPJ", "SELLER_ADDRESS"])
def test_who_sells_is_missed_by_name_and_stops_nothing(production, name):
    setattr(production, name, " ")

    (message,) = checks.check_seller()

    assert (message.id, message.level) == ("core.W008", logging.WARNING)
    assert name in message.msg


def test_a_seller_s_cnpj_is_one(production):
    production.SELLER_CNPJ = "11.222.333/0001-80"

    assert [message.id for message in checks.check_seller()] == ["core.E009"]
