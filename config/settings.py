"""Settings of Nitro, read from the environment. With nothing set they describe the embedded default."""

from pathlib import Path

from csp.constants import NONE, SELF

from config.environment import Environment
from embedded import defaults as embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()  # embedded.defaults has read .env
WEB, REDIS = ("https", "http"), ("redis", "rediss")

# --- Environment -----------------------------------------------------------------------------------
ENVIRONMENT = env.choice("NITRO_ENVIRONMENT", "development", ("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-not-for-production-0123456789abcdef"
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.address("SITE_URL", f"http://127.0.0.1:{embedded.WEB_PORT}", WEB)
# How the machine itself reaches the site's TLS, where not by its name (host:port), and whom it trusts there.
SITE_TLS_ADDRESS = env.str("SITE_TLS_ADDRESS", default="")
SITE_CA_FILE = env.str("SITE_CA_FILE", default="")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Applications ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "core",
    "accounts",
    "queue_worker",
    "registry",
    "inbox",
    "credits",
    "nfse",
    "portal",
    "leads",
    "whatsapp",
    "operations",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "config.staticfiles.StaticFilesConfig",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.middleware.UnreadBodyMiddleware",
    "core.middleware.OwnMachineMiddleware",
    "core.middleware.NoStoreMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.middleware.CurrentAccountMiddleware",
    "nfse.access.CurrentFirmMiddleware",
    "core.middleware.RateLimitMiddleware",
    "core.methods.WrongMethodMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.site",
            ],
            "builtins": ["core.templatetags.nitro"],
        },
    }
]

# --- The menu and the header: what each app adds (core.navigation), in the order of the page --------
NAVIGATION = [
    "leads.navigation",
    "credits.navigation",
    "portal.navigation",
    "whatsapp.navigation",
    "operations.navigation",
]

# --- PostgreSQL, the truth -------------------------------------------------------------------------
DATABASE_URL = env.address("DATABASE_URL", embedded.DATABASE_URL, ("postgresql", "postgres"))
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(ATOMIC_REQUESTS=False, CONN_MAX_AGE=0, CONN_HEALTH_CHECKS=False)
# A PgBouncer that pools by transaction serves the web alone: workers keep plans and locks of their own.
IS_WEB_PROCESS = env.bool("NITRO_WEB_PROCESS", default=False)  # deploy/gunicorn.conf.py says so
WEB_DATABASE_URL = env.address("WEB_DATABASE_URL", DATABASE_URL, ("postgresql", "postgres"))
DATABASE_PREPARES = not IS_WEB_PROCESS or WEB_DATABASE_URL == DATABASE_URL  # core.prepared
if not DATABASE_PREPARES:
    DATABASES["default"].update(env.db_url_config(WEB_DATABASE_URL), DISABLE_SERVER_SIDE_CURSORS=True)
# How long to wait for a database that is away; the web server waits less (deploy/gunicorn.conf.py).
DATABASE_WAIT_SECONDS = env.int("DATABASE_WAIT_SECONDS", default=10)
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = DATABASE_WAIT_SECONDS
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)
if DATABASE_POOL_SIZE:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": DATABASE_WAIT_SECONDS,
    }

# --- Redis: a broker that never evicts, and a cache that may ---------------------------------------
BROKER_URL = env.address("BROKER_URL", embedded.BROKER_URL, REDIS)
CACHE_URL = env.address("CACHE_URL", embedded.CACHE_URL, REDIS)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": env.str("CACHE_KEY_PREFIX", default="nitro"),
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "global_keyprefix": env.str("BROKER_KEY_PREFIX", default="nitro:"),
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "queue_worker.beat:SteadyScheduler"
CELERY_TIMEZONE = "America/Sao_Paulo"

# --- Accounts --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:home"
OPERATOR_REDIRECT_URL = "operations:home"
OPERATOR_FIRM_PAGE = "operations:open_page"  # where an operator who opens a page of a firm is led
# The first page of each role of accounts.Membership; of two roles the one that is named first.
ROLE_HOMES = {
    "buyer": "leads:dashboard",
    "owner": "nfse:dashboard",
    "accountant": "nfse:dashboard",
    "attendant": "nfse:dashboard",
}
NO_ROLE_HOME = "accounts:profile"
LOGOUT_REDIRECT_URL = "core:home"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["full_name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60
EMAIL_CONFIRMATION_TIMEOUT = 48 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_REMEMBER_AGE = 30 * 24 * 60 * 60
SESSION_OPERATOR_AGE = 8 * 60 * 60
RATELIMIT_USE_CACHE = "default"

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(embedded.HOME / "mail"))
if env.str("EMAIL_URL", default=""):
    SMTP = ("smtp+tls", "smtp+ssl", "smtp")
    vars().update(env.email_url_config(env.address("EMAIL_URL", "", SMTP)))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Nitro <nao-responda@nitro.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Field encryption ------------------------------------------------------------------------------
# Comma-separated Fernet keys; the first one writes, all of them read. The blind index has its own key.
DEVELOPMENT_FIELD_KEY = "ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1rZXktMzJieXQ="
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[DEVELOPMENT_FIELD_KEY])
# Certificates have keys of their own: who reads other fields cannot sign. In production none is given.
DEVELOPMENT_CERTIFICATE_KEY = "ZGV2ZWxvcG1lbnQtb25seS1jZXJ0LWtleS0zMmJ5dGU="
CERTIFICATE_ENCRYPTION_KEYS = env.list(
    "CERTIFICATE_ENCRYPTION_KEYS", default=[] if PRODUCTION else [DEVELOPMENT_CERTIFICATE_KEY]
)
DEVELOPMENT_BLIND_INDEX_KEY = "development-only-blind-index-key"
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY", default=DEVELOPMENT_BLIND_INDEX_KEY)

# --- Outside systems: with no key set, the base URL is the sandbox's -------------------------------
SERPER_BASE_URL = env.address("SERPER_BASE_URL", f"{embedded.SANDBOX_URL}/serper", WEB)
SERPER_API_KEY = env.str("SERPER_API_KEY", default="sandbox")
VIPER_BASE_URL = env.address("VIPER_BASE_URL", f"{embedded.SANDBOX_URL}/viper", WEB)
VIPER_API_KEY = env.str("VIPER_API_KEY", default="sandbox")
BRASILAPI_BASE_URL = env.address("BRASILAPI_BASE_URL", f"{embedded.SANDBOX_URL}/brasilapi", WEB)
SERPER_CONCURRENCY = env.int("SERPER_CONCURRENCY", default=10)
VIPER_CONCURRENCY = env.int("VIPER_CONCURRENCY", default=2)
BRASILAPI_CONCURRENCY = env.int("BRASILAPI_CONCURRENCY", default=4)
BRASILAPI_DAILY_CALLS = env.int("BRASILAPI_DAILY_CALLS", default=20_000)  # 0: no limit
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="contato@nitro.example")
# Who sells the credits, as receipts name it.
SELLER_LEGAL_NAME = env.str("SELLER_LEGAL_NAME", default="")
SELLER_CNPJ = env.str("SELLER_CNPJ", default="")
SELLER_ADDRESS = env.str("SELLER_ADDRESS", default="")
SANDBOX_URL, SANDBOX_SEFIN_URL = embedded.SANDBOX_URL, embedded.SEFIN_URL

# --- NFS-e: both environments, their addresses and what they are asked with (docs/nfse-gateways.md) -
_SEFIN = {"PRODUCTION": f"{embedded.SEFIN_URL}/producao", "STAGING": f"{embedded.SEFIN_URL}/producaorestrita"}
SEFIN_PRODUCTION_URL = env.address("SEFIN_PRODUCTION_URL", f"{_SEFIN['PRODUCTION']}/SefinNacional", WEB)
SEFIN_STAGING_URL = env.address("SEFIN_STAGING_URL", f"{_SEFIN['STAGING']}/SefinNacional", WEB)
ADN_PRODUCTION_URL = env.address("ADN_PRODUCTION_URL", f"{_SEFIN['PRODUCTION']}/contribuintes", WEB)
ADN_STAGING_URL = env.address("ADN_STAGING_URL", f"{_SEFIN['STAGING']}/contribuintes", WEB)
ADN_PARAMETERS_PRODUCTION_URL = env.address(
    "ADN_PARAMETERS_PRODUCTION_URL", f"{_SEFIN['PRODUCTION']}/parametrizacao", WEB
)
ADN_PARAMETERS_STAGING_URL = env.address(
    "ADN_PARAMETERS_STAGING_URL", f"{_SEFIN['STAGING']}/parametrizacao", WEB
)
# Trusted besides the system's authorities: the sandbox's, outside production.
SEFIN_CA_FILE = env.str("SEFIN_CA_FILE", default="" if PRODUCTION else str(embedded.SANDBOX_CA_FILE))
SEFIN_CONCURRENCY = env.int("SEFIN_CONCURRENCY", default=10)
SEFIN_SIGNATURE_ALGORITHM = env.choice("SEFIN_SIGNATURE_ALGORITHM", "rsa-sha256", ("rsa-sha256", "rsa-sha1"))
NFSE_CITY_ENDPOINTS = env.json_object("NFSE_CITY_ENDPOINTS")
NFSE_LAYOUTS = env.json_object("NFSE_LAYOUTS")
NFSE_WAIT_SCALE = env.float("NFSE_WAIT_SCALE", default=1)
NFSE_COMPETENCE_DAYS = env.int("NFSE_COMPETENCE_DAYS", default=365)  # how old a new note may be
# From this competence a note of the regime normal without IBS and CBS is stopped; earlier it is warned of.
NFSE_IBS_CBS_REQUIRED_FROM = env.day("NFSE_IBS_CBS_REQUIRED_FROM", "2027-01-01")
# The same of ME and EPP of the Simples; sources differ on whom it concerns (docs/nfse-issuing.md).
NFSE_IBS_CBS_SIMPLES_FROM = env.day("NFSE_IBS_CBS_SIMPLES_FROM", "2027-01-01")
# A note of each purchase of credits, by Nitro's own company as the member named; 0: none is issued.
NFSE_PURCHASE_COMPANY_ID = env.int("NFSE_PURCHASE_COMPANY_ID", default=0)
NFSE_PURCHASE_SERVICE_ID = env.int("NFSE_PURCHASE_SERVICE_ID", default=0)
NFSE_PURCHASE_USER_ID = env.int("NFSE_PURCHASE_USER_ID", default=0)
PLUGNOTAS_BASE_URL = env.address("PLUGNOTAS_BASE_URL", f"{embedded.SANDBOX_URL}/plugnotas", WEB)
PLUGNOTAS_API_KEY = env.str("PLUGNOTAS_API_KEY", default="sandbox")
# Comes with each webhook of PlugNotas; without it there is no webhook, and changes are only polled.
DEVELOPMENT_WEBHOOK_SECRET = "development-only-webhook-secret-not-for-production"
PLUGNOTAS_WEBHOOK_SECRET = env.str(
    "PLUGNOTAS_WEBHOOK_SECRET", default="" if PRODUCTION else DEVELOPMENT_WEBHOOK_SECRET
)
PLUGNOTAS_CONCURRENCY = env.int("PLUGNOTAS_CONCURRENCY", default=5)

# --- Queue -----------------------------------------------------------------------------------------
QUEUE_EXTRA_HANDLERS = env.list("QUEUE_EXTRA_HANDLERS", default=[])  # modules that register more
QUEUE_TICK_SECONDS = env.float("QUEUE_TICK_SECONDS", default=1)  # what a lost bell costs at most
QUEUE_REPAIR_SECONDS = env.float("QUEUE_REPAIR_SECONDS", default=10)  # between two reapers, two sweeps
QUEUE_KEEP_DONE_DAYS = env.int("QUEUE_KEEP_DONE_DAYS", default=7)
QUEUE_KEEP_DEAD_DAYS = env.int("QUEUE_KEEP_DEAD_DAYS", default=30)

# --- Registry --------------------------------------------------------------------------------------
REGISTRY_SOURCES = env.list(
    "REGISTRY_SOURCES",
    default=["registry.gateways.brasilapi.BrasilApiRegistry", "registry.gateways.viper.ViperRegistry"],
)
REGISTRY_MAX_AGE_DAYS = env.int("REGISTRY_MAX_AGE_DAYS", default=30)  # of a CNPJ looked up by hand

# --- Leads -----------------------------------------------------------------------------------------
LEADS_SEARCH_PROVIDERS = env.list("LEADS_SEARCH_PROVIDERS", default=["leads.gateways.serper.SerperProvider"])
LEADS_MAX_QUANTITY = env.int("LEADS_MAX_QUANTITY", default=1000)
LEADS_MAX_RUNNING_SEARCHES = env.int("LEADS_MAX_RUNNING_SEARCHES", default=3)
LEADS_MAX_QUEUED_SEARCHES = env.int("LEADS_MAX_QUEUED_SEARCHES", default=20)
LEADS_CALLS_BASE = env.int("LEADS_CALLS_BASE", default=10)
LEADS_CALLS_PER_LEAD = env.int("LEADS_CALLS_PER_LEAD", default=3)
LEADS_CALLS_MAX = env.int("LEADS_CALLS_MAX", default=300)
LEADS_SEARCH_CONCURRENCY = env.int("LEADS_SEARCH_CONCURRENCY", default=6)
LEADS_SEARCH_DEADLINE_MINUTES = env.int("LEADS_SEARCH_DEADLINE_MINUTES", default=30)
LEADS_PROVIDER_WAITS = env.int("LEADS_PROVIDER_WAITS", default=4)
LEADS_PROVIDER_WAIT_SECONDS = env.float("LEADS_PROVIDER_WAIT_SECONDS", default=5)
LEADS_ENRICH_BEFORE_DELIVERY = env.bool("LEADS_ENRICH_BEFORE_DELIVERY", default=True)
LEADS_ENRICHMENT_PATIENCE_SECONDS = env.float("LEADS_ENRICHMENT_PATIENCE_SECONDS", default=8)
LEADS_DELIVERY_BATCH = env.int("LEADS_DELIVERY_BATCH", default=25)
LEADS_REGISTRY_MAX_AGE_DAYS = env.int("LEADS_REGISTRY_MAX_AGE_DAYS", default=90)
LEADS_PLACE_MAX_AGE_DAYS = env.int("LEADS_PLACE_MAX_AGE_DAYS", default=180)
LEADS_CONTACTS_MAX_AGE_DAYS = env.int("LEADS_CONTACTS_MAX_AGE_DAYS", default=90)
LEADS_NEGATIVE_LINK_DAYS = env.int("LEADS_NEGATIVE_LINK_DAYS", default=30)
# --- Payments: with no key set, Stripe is the sandbox's --------------------------------------------
STRIPE_BASE_URL = env.address("STRIPE_BASE_URL", f"{embedded.SANDBOX_URL}/stripe", WEB)
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="sk_test_sandbox")
# Signs what Stripe delivers; without it there is no webhook. The sandbox signs with the development one.
DEVELOPMENT_STRIPE_SECRET = "whsec_development-only"
STRIPE_WEBHOOK_SECRET = env.str(
    "STRIPE_WEBHOOK_SECRET", default="" if PRODUCTION else DEVELOPMENT_STRIPE_SECRET
)
STRIPE_PAYMENT_METHODS = env.list("STRIPE_PAYMENT_METHODS", default=["card", "boleto", "pix"])
STRIPE_CONCURRENCY = env.int("STRIPE_CONCURRENCY", default=10)
CREDITS_LOW_BALANCE = env.int("CREDITS_LOW_BALANCE", default=10)

# --- Evolution API: WhatsApp; the sandbox's without a key -------------------------------------------
EVOLUTION_BASE_URL = env.address("EVOLUTION_BASE_URL", f"{embedded.SANDBOX_URL}/evolution", WEB)
EVOLUTION_API_KEY = env.str("EVOLUTION_API_KEY", default="sandbox")  # the server's own: makes instances
EVOLUTION_CONCURRENCY = env.int("EVOLUTION_CONCURRENCY", default=32)
# Where Evolution finds our webhooks, when it is not the address that people type.
EVOLUTION_WEBHOOK_URL = env.str("EVOLUTION_WEBHOOK_URL", default=SITE_URL)
WHATSAPP_KEEP_AUDIO_DAYS = env.int("WHATSAPP_KEEP_AUDIO_DAYS", default=30)
WHATSAPP_KEEP_MESSAGES_MONTHS = env.int("WHATSAPP_KEEP_MESSAGES_MONTHS", default=24)

# --- OpenAI: reads what the rules of the chat leave over, hears audio; the sandbox's without a key -
OPENAI_BASE_URL = env.address("OPENAI_BASE_URL", f"{embedded.SANDBOX_URL}/openai/v1", WEB)
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="sandbox").strip()
OPENAI_ENABLED = env.bool("OPENAI_ENABLED", default=True)  # off: the rules read alone
OPENAI_READING_MODEL = env.str("OPENAI_READING_MODEL", default="gpt-6-luna")
OPENAI_HEARING_MODEL = env.str("OPENAI_HEARING_MODEL", default="gpt-transcribe")
OPENAI_CONCURRENCY = env.int("OPENAI_CONCURRENCY", default=32)
OPENAI_SECONDS = env.float("OPENAI_SECONDS", default=15)  # of one reading in all, with its second try
# Dollars per million tokens and per minute of audio, by model; what is not listed is counted without cost.
OPENAI_PRICES = env.json_object("OPENAI_PRICES")

# --- The chat: how much one person may ask (W20) ---------------------------------------------------
WHATSAPP_MESSAGES_PER_MINUTE = env.int("WHATSAPP_MESSAGES_PER_MINUTE", default=30)
WHATSAPP_AI_CALLS_PER_DAY = env.int("WHATSAPP_AI_CALLS_PER_DAY", default=60)

# --- Language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Static files: pinned npm packages and our own, served by WhiteNoise (by Caddy on the VM) ------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    ("vendor/tabler/css", BASE_DIR / "node_modules/@tabler/core/dist/css"),
    ("vendor/tabler/js", BASE_DIR / "node_modules/@tabler/core/dist/js"),
    ("vendor/chart", BASE_DIR / "node_modules/chart.js/dist"),
    ("vendor/inter", BASE_DIR / "node_modules/@fontsource-variable/inter/files"),
    ("vendor/zxcvbn/core", BASE_DIR / "node_modules/@zxcvbn-ts/core/dist"),
    ("vendor/zxcvbn/common", BASE_DIR / "node_modules/@zxcvbn-ts/language-common/dist"),
    ("vendor/zxcvbn/pt-br", BASE_DIR / "node_modules/@zxcvbn-ts/language-pt-br/dist"),
]
ICONS_DIR = BASE_DIR / "node_modules/@tabler/icons/icons"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.storage.StaticFilesStorage"},
}
MEDIA_ROOT = BASE_DIR / ".nitro" / "media"
FILES_ROOT = env.str("FILES_ROOT", default=str(embedded.HOME / "files"))  # private: core.private_files
DISK_LOW_PERCENT = env.int("DISK_LOW_PERCENT", default=10)  # operators are told below; 0: never
MAX_BODY_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Security headers: one owner each --------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "camera": [],
    "geolocation": [],
    "gyroscope": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked over plain HTTP from the machine itself
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs: JSON (or console) to stdout, request_id from web to job to provider ---------------------
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "console", ("json", "console"))
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING_CONFIG = "core.logging.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}

# --- Figures for Prometheus at /metrics: for this machine, and for who brings the token ------------
METRICS_DIR = env.str("METRICS_DIR", default=str(embedded.HOME / "metrics"))  # shared by the processes
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- What `check --deploy` misses by name, with what to put there ----------------------------------
PRODUCTION_VARIABLES = {
    "SECRET_KEY": "50 or more random characters",
    "FIELD_ENCRYPTION_KEYS": "one Fernet key; to rotate put a new one first and run reencrypt_fields",
    "CERTIFICATE_ENCRYPTION_KEYS": "another Fernet key, for A1 certificates alone; rotates the same way",
    "BLIND_INDEX_KEY": "32 or more random characters that never change",
    "ALLOWED_HOSTS": "the host of SITE_URL",
    "CSRF_TRUSTED_ORIGINS": "the origin of SITE_URL",
    "SITE_URL": "https://host, as people type it",
    "TRUSTED_PROXY_COUNT": "1 behind Caddy: else every client has the proxy's address",
    "DATABASE_URL": "postgresql://user:password@host:port/name",
    "BROKER_URL": "redis://host:port/0 of an instance that never evicts",
    "CACHE_URL": "redis://host:port/0 of another instance, which may evict",
    "FILES_ROOT": "folder of private files, outside what is served, shared by web and workers",
    "EMAIL_URL": "smtp+tls://user:password@host:port",
    "DEFAULT_FROM_EMAIL": "Nitro <address that receives the answers>",
    "CONTACT_EMAIL": "address of the support, shown to people",
    "SERPER_BASE_URL": "https://google.serper.dev",
    "SERPER_API_KEY": "key of Serper",
    "VIPER_BASE_URL": "address of Viper's public API",
    "VIPER_API_KEY": "key of Viper",
    "BRASILAPI_BASE_URL": "https://brasilapi.com.br",
    "SEFIN_PRODUCTION_URL": "https://sefin.nfse.gov.br/SefinNacional",
    "SEFIN_STAGING_URL": "https://sefin.producaorestrita.nfse.gov.br/SefinNacional",
    "ADN_PRODUCTION_URL": "https://adn.nfse.gov.br/contribuintes",
    "ADN_STAGING_URL": "https://adn.producaorestrita.nfse.gov.br/contribuintes",
    "ADN_PARAMETERS_PRODUCTION_URL": "https://adn.nfse.gov.br/parametrizacao",
    "ADN_PARAMETERS_STAGING_URL": "https://adn.producaorestrita.nfse.gov.br/parametrizacao",
    "PLUGNOTAS_BASE_URL": "https://api.plugnotas.com.br",
    "PLUGNOTAS_API_KEY": "key of TecnoSpeed PlugNotas",
    "EVOLUTION_BASE_URL": "https://address of the Evolution API 2.3.7",
    "EVOLUTION_API_KEY": "its AUTHENTICATION_API_KEY, long and random",
    "OPENAI_BASE_URL": "https://api.openai.com/v1",
    "OPENAI_API_KEY": "key of OpenAI, with a monthly limit",
    "STRIPE_BASE_URL": "https://api.stripe.com",
    "STRIPE_SECRET_KEY": "secret key of Stripe's live mode",
    "STRIPE_WEBHOOK_SECRET": "whsec_… of the endpoint /webhooks/stripe/ (API 2026-10-28.endive)",
    "PLUGNOTAS_WEBHOOK_SECRET": "32 or more random characters, told to PlugNotas with each company",
}
