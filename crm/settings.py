"""Settings: everything that differs between installations comes from the environment.

What a manager may change at run time (time zone, currency, rates, cuts) is not here but in
`crm.platform.models.Installation`.
"""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
SILENCED_SYSTEM_CHECKS: list[str] = []


def env(name: str, default: str | None = None) -> str:
    """The variable's value; a missing one without default stops the start with one line."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} in the environment (see docs/operations.md).")
    return value


def flag(name: str) -> bool:
    return os.environ.get(name, "0").lower() in {"1", "true", "yes", "on"}


DEBUG = flag("DEBUG")
# Plain http on the own machine (`make up`): cookies without Secure, no redirect to https.
INSECURE_LOCAL = flag("INSECURE_LOCAL") or DEBUG
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = [host for host in env("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if host]
CSRF_TRUSTED_ORIGINS = [o for o in env("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

# Where people reach the site: mails that workers write lead there.
SITE_URL = env("SITE_URL", "") or next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000")
SITE_URL = SITE_URL.rstrip("/")
# What higher floors of the tower show on the page of a case: functions of the case and the reader.
CASE_PANELS = ["satisfaction.case_panels.after_complaint"]

INSTALLED_APPS = [
    "crm",
    "crm.platform",
    "crm.accounts",
    "customers",
    "lifecycle",
    "complaints",
    "satisfaction",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.accounts.middleware.SignInFirst",
    "crm.accounts.middleware.SessionLimits",
    "crm.accounts.middleware.Acting",
    "crm.accounts.middleware.UserLocale",
    "crm.accounts.middleware.NoStore",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.accounts.middleware.FormAddresses",
    "crm.former_addresses.FormerAddresses",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.navigation.navigation",
            ],
            "libraries": {"exports": "crm.exports.menu"},
        },
    }
]

# Connections stay open and are checked before use: that alone makes a page three times faster.
DATABASES = {
    "default": dj_database_url.parse(env("DATABASE_URL"), conn_max_age=600, conn_health_checks=True)
}
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE_NAME", "test_perennial")}
DATABASE_APPLICATION_ROLE = DATABASES["default"]["USER"]
# The role that owns the tables and migrates; the application's own role can't change audit rows.
DATABASE_OWNER = dj_database_url.parse(os.environ.get("DATABASE_OWNER_URL", env("DATABASE_URL")))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": os.environ.get("TEST_DATABASE_NAME", "perennial"),
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True  # results and progress are rows in PostgreSQL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # a killed pool child must not lose its task
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "global_keyprefix": os.environ.get("CELERY_QUEUE_PREFIX", ""),
}
CELERY_TIMEZONE = "UTC"
# What a task prints is no warning: mails without a mail server are.
CELERY_WORKER_REDIRECT_STDOUTS_LEVEL = "INFO"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["crm.signed_in.SignedIn"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "crm.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "crm.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reached the address already
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody makes us write to strangers
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False  # the limits of the installation hold, not a tick
# Wrong sign-ins are counted by the name that was typed, whether there is such a user or not; only
# those that this lets through count for their address, so that one colleague who has forgotten a
# password, or a whole office that comes at nine, shuts nobody else out.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "5/5m/key,100/5m/ip"}
PASSWORD_RESET_TIMEOUT = 3600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_LOCAL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = not INSECURE_LOCAL
SECURE_HSTS_SECONDS = 0 if INSECURE_LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not INSECURE_LOCAL
# Probes come by plain http from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# The limits on sign-in count by the client's address, not by the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if flag("BEHIND_PROXY") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
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

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "crm.formats"
TIME_ZONE = "UTC"  # storage and schedules; pages use the installation's zone

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / ".data" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Imports wait here for their worker: outside of the web root.
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(BASE_DIR / ".data" / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "crm.platform.statics.ShortHashes"
    },
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Without a mail server mails become files, and never lines of a log: they hold secret links.
EMAIL_BACKEND = env("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = env("EMAIL_FILE_PATH", str(BASE_DIR / ".data" / "mail"))
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "perennial@localhost")

# The mailbox in which customers write to us; without IMAP_HOST nothing is read.
IMAP_HOST = env("IMAP_HOST", "")
IMAP_SECURITY = env("IMAP_SECURITY", "tls")
IMAP_PORT = int(env("IMAP_PORT", "993" if IMAP_SECURITY == "tls" else "143"))
IMAP_USER = env("IMAP_USER", "")
IMAP_PASSWORD = env("IMAP_PASSWORD", "")
IMAP_FOLDER = env("IMAP_FOLDER", "INBOX")
IMAP_DONE_FOLDER = env("IMAP_DONE_FOLDER", "")
IMAP_CA_FILE = env("IMAP_CA_FILE", "")
# Where customers write to; answers to mails about a case come there.
MAILBOX_ADDRESS = env("MAILBOX_ADDRESS", "") or (IMAP_USER if "@" in IMAP_USER else "")
# The server takes name+anything@host too: then the address itself says which case it is about.
MAILBOX_PLUS = flag("MAILBOX_PLUS")
if IMAP_SECURITY not in {"tls", "starttls"}:
    raise ImproperlyConfigured("IMAP_SECURITY is tls or starttls (see docs/operations.md).")
if IMAP_HOST and not (IMAP_USER and IMAP_PASSWORD and MAILBOX_ADDRESS):
    raise ImproperlyConfigured(
        "IMAP_HOST needs IMAP_USER, IMAP_PASSWORD and MAILBOX_ADDRESS (see docs/operations.md)."
    )

# Web hooks go to public addresses by https; 1: to those of an intranet too, and by http.
WEBHOOKS_ALLOW_PRIVATE = flag("WEBHOOKS_ALLOW_PRIVATE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"secret_links": {"()": "crm.platform.logs.RedactSecretLinks"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secret_links"],
        }
    },
    # Django's own handlers would write the addresses of secret links.
    "loggers": {
        "django": {"handlers": []},
        "django.server": {"handlers": []},
        # It tells each table of a font that a PDF embeds.
        "fontTools": {"level": "WARNING"},
        # It tells all that passes between us and the mailbox.
        "imapclient": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}

# The kinds of import, in the order in which they are offered; higher floors bring some of them.
IMPORT_KINDS = [
    "customers.imports.kinds.customers.CustomersKind",
    "customers.imports.kinds.contacts.ContactsKind",
    "customers.imports.kinds.transactions.TransactionsKind",
    "customers.imports.kinds.referrals.ReferralsKind",
    "complaints.imports.ComplaintsKind",
]
# How long an import can be undone; after that what it would need is tidied away.
IMPORT_UNDO_DAYS = 90
