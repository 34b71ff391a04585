"""Waking a worker never waits for the broker and never fails because of it."""

from __future__ import annotations

import threading
import time

import pytest
from celery import current_app
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from delivery.wake import wake

TASK = "delivery.tasks.send"


def settled() -> None:
    time.sleep(0.3)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[str]:
    settings.WAKE_WORKERS = True
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    return sent


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_after_the_commit_once_for_a_burst(calls: list[str]) -> None:
    with transaction.atomic():
        for _ in range(50):
            wake(TASK)
        settled()
        assert calls == []
    settled()
    assert calls == [TASK]
    wake(TASK)
    settled()
    assert calls == [TASK, TASK]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_for_what_was_rolled_back(calls: list[str]) -> None:
    with transaction.atomic():
        wake(TASK)
        transaction.set_rollback(True)
    settled()
    assert calls == []


@pytest.mark.django_db
def test_a_broker_that_hangs_or_fails_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.WAKE_WORKERS = True
    over, tried = threading.Event(), []

    def hang(name: str, **options: object) -> None:
        tried.append(name)
        over.wait(10)
        raise ConnectionError("broker gone")

    monkeypatch.setattr(current_app, "send_task", hang)
    began = time.monotonic()
    for _ in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            wake(TASK)
        time.sleep(0.1)
    assert time.monotonic() - began < 3
    over.set()
    settled()
    assert len(tried) == 2
