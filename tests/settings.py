"""The site's settings as the tests run them: no HTTPS, a scratch folder, nothing woken."""

import os
import tempfile

os.environ.setdefault("HTTPS", "off")
os.environ.setdefault("SERVE_STATIC_FROM_SOURCE", "on")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="supportdesk-tests-"))
os.environ.setdefault("WAKE_WORKERS", "off")

from supportdesk.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "pool" in DATABASES["default"].get("OPTIONS", {}):  # noqa: F405
    DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405 a pool outlives the test database
