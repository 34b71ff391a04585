"""A real site's settings: no warning, no start with the sample key, static files complete, headers on every answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from supportdesk.middleware import HEADERS
from tests.cast import Cast

ROOT = Path(__file__).resolve().parent.parent


def _manage(tmp_path: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` in a process of its own with what .env.example asks a real site to set."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a-real-sites-own-secret-" + "0123456789abcdefghijklmnop" * 2,
        "SITE_URL": "https://support.example.com",
        "ALLOWED_HOSTS": "support.example.com",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
    } | changes
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    done = _manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("key", ["change-me", ""])
def test_the_site_does_not_start_with_the_sample_key_or_none(tmp_path: Path, key: str) -> None:
    done = _manage(tmp_path, "check", SECRET_KEY=key)

    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_the_sample_key_is_the_one_that_the_example_carries() -> None:
    assert "SECRET_KEY=change-me\n" in (ROOT / ".env.example").read_text()


def test_the_example_names_every_setting_a_deployment_reads() -> None:
    example = (ROOT / ".env.example").read_text()

    for name in ("SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "DATA_DIR", "EMAIL_URL", "SWEEP_SECONDS"):
        assert f"\n{name}=" in example


def test_every_static_file_is_found_under_its_hashed_name(tmp_path: Path) -> None:
    """The manifest storage follows each url() and @import and fails where one leads nowhere."""
    done = _manage(tmp_path, "collectstatic", "--no-input", "--verbosity", "0")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").stat().st_size > 0


def test_demo_data_is_refused_on_a_real_site(tmp_path: Path) -> None:
    done = _manage(tmp_path, "load_demo")

    assert done.returncode != 0
    assert "known passwords" in done.stderr


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/", 302),
        ("/no-such-page", 404),
        ("/admin/login/", 302),
        ("/livez", 200),
        ("/static/css/no-such-file.css", 404),
    ],
)
def test_every_answer_carries_the_security_headers(db: None, client: Client, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    _assert_dressed(answer.headers, is_admin=path.startswith("/admin/"))


def test_a_refused_form_carries_them_too(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.test"})

    assert answer.status_code == 403
    _assert_dressed(answer.headers, is_admin=False)


def test_a_refused_host_carries_them_too(db: None, client: Client) -> None:
    answer = client.get("/accounts/login/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    _assert_dressed(answer.headers, is_admin=False)


def test_a_server_error_carries_them_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", _fails)
    client = Client(raise_request_exception=False)

    answer = client.get("/")

    assert answer.status_code == 500
    _assert_dressed(answer.headers, is_admin=False)


def _fails(*args: object) -> None:
    raise RuntimeError("injected")


def _assert_dressed(headers, *, is_admin: bool) -> None:
    for name, value in HEADERS.items():
        assert headers[name] == value
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("unsafe" in policy) is is_admin
