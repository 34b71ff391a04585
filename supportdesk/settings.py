"""Deployment settings, read from the environment. Product choices are rows an administrator edits, not settings."""

from datetime import timedelta
from pathlib import Path

import bootstrap
import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- What kind of place is this -------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=True)  # off only on a developer's own machine
DEMO = env.bool("DEMO", default=False)  # shows the demo banner, who can sign in, and the mail folder
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=HTTPS)

SAMPLE_SECRET_KEY = "change-me"  # noqa: S105 the value that .env.example carries, refused below
SECRET_KEY = env("SECRET_KEY", default="") or SAMPLE_SECRET_KEY
if SECRET_KEY == SAMPLE_SECRET_KEY and HTTPS:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random value of your own before you start the site.")

SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SUPPORT_PHONE = env("SUPPORT_PHONE", default="")  # shown where nobody is signed in: sign-in, errors
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

# --- Applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",  # before admin: it overrides the admin's templates
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "bs_icon_templates",
    "django_htmx",
    "supportdesk",
    "accounts",
    "delivery",
    "textsearch",
    "sla",
    "knowledgebase",
    "tickets",
    "escalation",
    "notifications",
    "evidence",
]

MIDDLEWARE = [
    "supportdesk.middleware.SecurityHeadersMiddleware",
    "supportdesk.middleware.HeaderLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "supportdesk.urls"
ASGI_APPLICATION = "supportdesk.asgi.application"
WSGI_APPLICATION = "supportdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "supportdesk.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database -----------------------------------------------------------------------------------------------------
if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:  # not written as a URL: a folder's name may hold any character
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "supportdesk.sqlite3")}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so that a read-then-write never fails with "database is locked".
    # The log of up to 40 MB is carried over into the database every 10,000 pages: a sweep's batch alone writes 2,000, and at
    # SQLite's own 1,000 each of them carried the same pages over once more.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000; "
        "PRAGMA wal_autocheckpoint=10000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of the server no page gets a dead connection
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=10), "timeout": 10}}
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "supportdesk.cache.RedisOrLocalCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- People -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("tickets:home")
LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24  # seconds

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation already proves the address
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # written for the sake of equal time, never sent: see the adapter
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change of password or second factor is told by mail
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_FORMS = {
    "login": "accounts.signin_forms.LoginForm",
    "request_login_code": "accounts.signin_forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.signin_forms.ConfirmLoginCodeForm",
    "reset_password": "accounts.signin_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.signin_forms.ResetPasswordKeyForm",
    "change_password": "accounts.signin_forms.ChangePasswordForm",
    "set_password": "accounts.signin_forms.SetPasswordForm",
    "reauthenticate": "accounts.signin_forms.ReauthenticateForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Supportdesk"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.signin_forms.AuthenticateForm",
    "reauthenticate": "accounts.signin_forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.signin_forms.ActivateTOTPForm",
}
# How many proxies of ours stand before the site: rate limits count the visitor's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "supportdesk.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise complains where it is missing
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", Path(bootstrap.__path__[0]))]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "supportdesk.stylesheets.BundleFinder",
]
SERVE_STATIC_FROM_SOURCE = env.bool("SERVE_STATIC_FROM_SOURCE", default=False)
WHITENOISE_USE_FINDERS = SERVE_STATIC_FROM_SOURCE
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if SERVE_STATIC_FROM_SOURCE
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=25 * 1024 * 1024)
LOG_MAX_BYTES = env.int("LOG_MAX_BYTES", default=500 * 1024 * 1024)  # text, .zip, .gz, captured packets
ATTACHMENT_MAX_COUNT = env.int("ATTACHMENT_MAX_COUNT", default=20)
# bytes of a whole request; a form without its script may bring one log of the largest and some other files
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_BYTES", default=LOG_MAX_BYTES + 4 * ATTACHMENT_MAX_BYTES)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of form text; files are streamed to disk and not counted
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # the form refuses more than ATTACHMENT_MAX_COUNT, by name, and loses nothing
FILE_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
FILE_UPLOAD_TEMP_DIR = env("FILE_UPLOAD_TEMP_DIR", default=None)

# --- Mail: Django's send_mail writes an owed row; delivery sends it through the backend below -----------------------
EMAIL_BACKEND = "delivery.backend.OwedEmailBackend"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Supportdesk <support@supportdesk.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 15  # seconds; a silent mail server must not hold a worker
MAIL_FOLDER = DATA_DIR / "mail"
if env("EMAIL_URL", default=""):
    _email = env.email_url("EMAIL_URL")
    DELIVERY_EMAIL_BACKEND = _email.pop("EMAIL_BACKEND")
    vars().update(_email)
else:  # not written as a URL: a folder's name may hold any character
    DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(MAIL_FOLDER)
PAGE_WEBHOOK_URL = env("PAGE_WEBHOOK_URL", default="")  # receives pages of on-call people, signed
PAGE_WEBHOOK_SECRET = env("PAGE_WEBHOOK_SECRET", default="")

# --- Celery: the broker only wakes workers --------------------------------------------------------------------------
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=30)
# SQLite lets one write at a time; on PostgreSQL one hand decides while the server writes another's batch.
SWEEP_HANDS = 1 if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3" else env.int("SWEEP_HANDS", default=2)
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "visibility_timeout": 3600,
    }
else:
    BROKER_DIR = DATA_DIR / "broker"
    BROKER_DIR.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "folder://localhost"  # supportdesk/broker.py; kombu warns of a URL without a host
    CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(BROKER_DIR), "polling_interval": 0.2}
WAKE_WORKERS = env.bool("WAKE_WORKERS", default=True)  # off in tests
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True  # every task is idempotent: what it does is claimed in the database
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nothing asks workers; it would keep a queue a worker alive
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")


def _every(task: str, seconds: int) -> dict[str, object]:
    """A beat entry that expires after one interval, so that a dead worker piles up nothing."""
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": seconds}}


CELERY_BEAT_SCHEDULE = {
    "sweep": _every("escalation.tasks.sweep", SWEEP_SECONDS),
    "promises": _every("escalation.tasks.keep_promises", SWEEP_SECONDS),
    "canary": _every("escalation.tasks.canary", 60),  # files one an hour, and looks after it
    "fan-out": _every("notifications.tasks.fan_out", SWEEP_SECONDS),
    "send": _every("delivery.tasks.send", SWEEP_SECONDS),
    "unsent-files": _every("tickets.tasks.sweep_unsent", 15 * 60),
    "call-data": _every("tickets.tasks.watch_call_data", 60),
    "reminders": _every("tickets.tasks.remind_customers", 60),
    "writing": _every("tickets.tasks.sweep_writing", 60 * 60),
    "calls": _every("tickets.tasks.ask_for_outcomes", 60),
    "drafts": _every("tickets.tasks.sweep_drafts", 60 * 60),
    "lost-files": _every("tickets.tasks.look_for_lost_files", 60 * 60),
    "evidence": _every("evidence.tasks.build", 30),
    "old-evidence": _every("evidence.tasks.sweep", 60 * 60),
    "unfinished-uploads": _every("tickets.tasks.sweep_uploads", 15 * 60),
}

# --- Security ---------------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "supportdesk.errors.csrf_failure"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^healthz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# The admin's theme speaks the tokens of static/css/tokens.css: cool greys, one deep teal-blue.
UNFOLD = {
    "SITE_TITLE": _("Supportdesk"),
    "SITE_HEADER": _("Supportdesk"),
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/icon.svg")}],
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("css/all/theme.css")],
    "SCRIPTS": [
        lambda request: static("js/theme.js"),
        lambda request: static("js/menu.js"),
        lambda request: static("js/admin_theme.js"),
    ],
    "COLORS": {
        "base": {
            "50": "#f5f7f9", "100": "#ebeff2", "200": "#d8dfe4", "300": "#adbac4", "400": "#94a2ad", "500": "#5a6874",
            "600": "#475662", "700": "#3b4954", "800": "#2c3841", "900": "#151c22", "950": "#0e1418",
        },
        "primary": {
            "50": "#f1f8fa", "100": "#e2f0f4", "200": "#bfdfe8", "300": "#82d0e2", "400": "#58b9d0", "500": "#58b9d0",
            "600": "#0b6378", "700": "#084a5a", "800": "#073f4d", "900": "#12303a", "950": "#06212a",
        },
    },
}  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}
