"""The site's settings as the tests run them: no HTTPS, a scratch folder, nothing woken."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("HTTPS", "off")
os.environ.setdefault("SERVE_STATIC_FROM_SOURCE", "on")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("WAKE_WORKERS", "off")
if "DATA_DIR" not in os.environ:  # the workers of a parallel run inherit it and delete nothing
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="supportdesk-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from supportdesk.settings import *  # noqa: F403
from supportdesk.settings import DATA_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real life: threads and a live server would share one connection to a database in memory.
    _database["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}
    _database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    _database["OPTIONS"].pop("pool", None)  # a pool outlives the test database
