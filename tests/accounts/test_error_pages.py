"""The pages for what went wrong: designed, in the reader's language, and independent of what failed."""

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import include, path

from supportdesk import errors, urls
from tests.cast import Cast


def _broken(request: HttpRequest):
    raise RuntimeError("secret detail")


def _away(request: HttpRequest):
    raise OperationalError("secret detail")


urlpatterns = [path("broken/", _broken), path("away/", _away), path("", include(urls))]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls("tests.accounts.test_error_pages")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("page", "status"), [("/broken/", 500), ("/away/", 503)])
def test_our_own_fault_is_told_in_the_readers_language(visitor: Client, db: None, language, page, status) -> None:
    visitor.cookies["django_language"] = language
    answer = visitor.get(page)
    text = answer.content.decode()
    assert answer.status_code == status
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in text
    assert text.count("single-card") == 1
    assert "secret detail" not in text
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_fault_before_the_language_is_known_is_told_in_both(db: None) -> None:
    with connection.execute_wrapper(lambda *args: pytest.fail("the page for a fault asked the database")):
        text = errors.server_error(RequestFactory().get("/x")).content.decode()
    assert 'lang="en"' in text
    assert 'lang="zh-Hans"' in text


def test_the_reference_on_the_page_stands_in_the_log(db: None, caplog) -> None:
    text = errors.server_error(RequestFactory().get("/x")).content.decode()
    reference = caplog.records[0].args[0]
    assert reference in text


def test_even_broken_templates_leave_words(monkeypatch) -> None:
    monkeypatch.setattr(errors, "render_to_string", _broken)
    answer = errors.server_error(RequestFactory().get("/x"))
    assert answer.status_code == 500
    assert "That was our fault" in answer.content.decode()


def test_nothing_here_is_a_page_that_helps_on(visitor: Client, cast: Cast) -> None:
    assert "There is no page at this address" in visitor.get("/nosuch/").content.decode()
    visitor.force_login(cast.alice)
    answer = visitor.get("/nosuch/")
    assert answer.status_code == 404
    assert "Open my tickets" in answer.content.decode()
    assert 'name="next" value="/nosuch/"' in answer.content.decode()


@pytest.mark.parametrize("page", ["/accounts/password/reset/", "/", "/nosuch/"])
def test_a_poisoned_host_is_refused(visitor: Client, db: None, page: str) -> None:
    answer = visitor.get(page, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
    assert "We could not read this request" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://evil.example"}])
@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/logout/", "/accounts/language/"])
def test_a_forged_form_is_refused_with_a_page_that_says_what_to_do(db: None, page: str, headers: dict) -> None:
    answer = Client(enforce_csrf_checks=True).post(page, {"login": "a", "password": "b"}, headers=headers)
    assert answer.status_code == 403
    assert "what you typed is still there" in answer.content.decode()


@pytest.mark.parametrize("page", ["/accounts/login/", "/nosuch/", "/accounts/profile/"])
def test_no_page_is_shown_in_a_frame(visitor: Client, db: None, page: str) -> None:
    answer = visitor.get(page)
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
