"""The site's settings as the measurements run them: a database named by the environment, no worker, no HTTPS."""

import os

os.environ.setdefault("HTTPS", "off")
os.environ.setdefault("SERVE_STATIC_FROM_SOURCE", "on")
os.environ.setdefault("SECRET_KEY", "measurements-only-" + "x" * 50)
os.environ.setdefault("WAKE_WORKERS", "off")
os.environ.setdefault("LOG_LEVEL", "ERROR")

from supportdesk.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # Every commit survives a power cut, as on PostgreSQL and at the peer, whose SQLite comes so.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=FULL;"  # noqa: F405
if "pool" in DATABASES["default"].get("OPTIONS", {}):  # noqa: F405
    DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # noqa: F405
