"""Cookies as production sets them, read from a process that runs with its settings."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from accounts.models import User
User.objects.create_user("a@example.test", "correct horse battery", name="A")
client = Client(headers={"X-Forwarded-Proto": "https"}, SERVER_NAME="localhost")
client.get("/accounts/login/")
client.post("/accounts/login/", {"login": "a@example.test", "password": "correct horse battery"})
client.post("/accounts/language/", {"language": "en"})
for cookie in client.cookies.values():
    print(cookie.OutputString())
"""


def test_cookies_are_bound_to_this_host_and_hidden_from_scripts(tmp_path: Path) -> None:
    environment = os.environ | {
        "HTTPS": "on",
        "SECRET_KEY": "tests-only-" + "x" * 50,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
        "SERVE_STATIC_FROM_SOURCE": "on",
        "WAKE_WORKERS": "off",
        "STAFF_SECOND_FACTOR": "on",
    }
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    cookies = {line.split("=")[0]: line for line in run.stdout.splitlines() if "=" in line}
    assert {"__Host-session", "__Host-csrf"} <= cookies.keys()
    for line in cookies.values():
        assert "Secure" in line
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Path=/" in line
        assert "Domain" not in line
