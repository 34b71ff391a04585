"""django-helpdesk as its installation guide says, on the database that PEER_DATABASE names, tuned as ours is."""

import os

SECRET_KEY = "measurements-only"
USE_TZ = True
SITE_ID = 1
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.humanize",
    "rest_framework",
    "django_cleanup.apps.CleanupConfig",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "benchmarks.peer.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL, MEDIA_URL, LOGIN_URL = "/static/", "/media/", "/login/"
MEDIA_ROOT = os.environ["PEER_FOLDER"]
EMAIL_BACKEND = "benchmarks.peer.mail.Backend"
DEFAULT_FROM_EMAIL = "desk@example.org"
HELPDESK_TEAMS_MODE_ENABLED = False
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR", "handlers": []}}

_address = os.environ["PEER_DATABASE"]
if _address.startswith("sqlite:///"):
    _database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _address.removeprefix("sqlite:///"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000; "
            "PRAGMA wal_autocheckpoint=10000;",
        },
    }
else:
    from psycopg.conninfo import conninfo_to_dict

    _parts = conninfo_to_dict(_address)
    _database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _parts.get("dbname"),
        "USER": _parts.get("user", ""),
        "PASSWORD": _parts.get("password", ""),
        "HOST": _parts.get("host", ""),
        "PORT": _parts.get("port", ""),
    }
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 600}}
