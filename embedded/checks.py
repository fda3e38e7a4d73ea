"""`python -m embedded.checks`: migrations are complete and bear the former release; a complete production
machine has no warning."""

import base64
import os
import secrets
import subprocess
import sys

from embedded.migrations import list_unmarked

PRODUCTION = {
    "NITRO_ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "CERTIFICATE_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "BLIND_INDEX_KEY": secrets.token_urlsafe(32),
    "ALLOWED_HOSTS": "nitro.example",
    "CSRF_TRUSTED_ORIGINS": "https://nitro.example",
    "SITE_URL": "https://nitro.example",
    "TRUSTED_PROXY_COUNT": "1",
    "DATABASE_URL": "postgresql://nitro:secret@127.0.0.1:5432/nitro",
    "BROKER_URL": "redis://127.0.0.1:6379/0",
    "CACHE_URL": "redis://127.0.0.1:6380/0",
    "FILES_ROOT": "/var/lib/nitro/files",
    "EMAIL_URL": "smtp+tls://nitro:secret@mail.example:587",
    "DEFAULT_FROM_EMAIL": "Nitro <ola@nitro.example>",
    "CONTACT_EMAIL": "ola@nitro.example",
    "SELLER_LEGAL_NAME": "Nitro Exemplo Ltda",
    "SELLER_CNPJ": "11.222.333/0001-81",
    "SELLER_ADDRESS": "Rua do Exemplo, 1, Santa Maria - RS",
    "SERPER_BASE_URL": "https://serper.example",
    "SERPER_API_KEY": "key",
    "VIPER_BASE_URL": "https://viper.example",
    "VIPER_API_KEY": "key",
    "BRASILAPI_BASE_URL": "https://brasilapi.example",
    "SEFIN_PRODUCTION_URL": "https://sefin.example/SefinNacional",
    "SEFIN_STAGING_URL": "https://sefin-restrita.example/SefinNacional",
    "ADN_PRODUCTION_URL": "https://adn.example/contribuintes",
    "ADN_STAGING_URL": "https://adn-restrita.example/contribuintes",
    "ADN_PARAMETERS_PRODUCTION_URL": "https://adn.example/parametrizacao",
    "ADN_PARAMETERS_STAGING_URL": "https://adn-restrita.example/parametrizacao",
    "PLUGNOTAS_BASE_URL": "https://plugnotas.example",
    "PLUGNOTAS_API_KEY": "key",
    "PLUGNOTAS_WEBHOOK_SECRET": secrets.token_urlsafe(32),
    "EVOLUTION_BASE_URL": "http://127.0.0.1:8080",
    "EVOLUTION_API_KEY": secrets.token_urlsafe(32),
    "OPENAI_BASE_URL": "https://openai.example/v1",
    "OPENAI_API_KEY": "sk-" + secrets.token_urlsafe(32),
    "STRIPE_BASE_URL": "https://api.stripe.com",
    "STRIPE_SECRET_KEY": "sk_live_" + secrets.token_urlsafe(32),
    "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_urlsafe(32),
}
INHERITED = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "NITRO_HOME")
CHECKS = (
    ("makemigrations", "--check", "--dry-run"),
    ("check", "--deploy", "--fail-level", "WARNING"),
)


def production_environment() -> dict[str, str]:
    """Return the variables of a complete, invented production machine and nothing of this one's."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # makemigrations warns that it cannot ask the invented database; what it compares are files.
    alone = {"PYTHONWARNINGS": "ignore::RuntimeWarning", "NITRO_ENV_FILE": os.devnull}
    return {**inherited, **alone, **PRODUCTION}


def main() -> int:
    """Run every check, also after one failed; return 1 if any did."""
    environment = production_environment()
    codes = [
        subprocess.run([sys.executable, "manage.py", *check], env=environment).returncode for check in CHECKS
    ]
    for problem in (unmarked := list_unmarked()):
        print(f"{problem} takes away what the former release reads (docs/deploy.md)", file=sys.stderr)
    return 1 if any(codes) or unmarked else 0


if __name__ == "__main__":
    sys.exit(main())
