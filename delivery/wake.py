"""Waking a worker, by a task's name, after the commit. Never waits for a broker and never fails because of one.

What is owed stands in the database; a beat entry finds whatever nobody was woken for.
"""

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
COALESCED_WITHIN = 0.05  # seconds; a burst of commits wakes a worker once
_waking = threading.Semaphore(2)  # a broker that hangs holds at most two threads
_pending: set[str] = set()
_pending_lock = threading.Lock()


def wake(task_name: str) -> None:
    """After the commit of the present transaction, ask a worker to run the task now."""
    transaction.on_commit(lambda: _send_aside(task_name))


def _send_aside(task_name: str) -> None:
    if not settings.WAKE_WORKERS:
        return
    with _pending_lock:
        if task_name in _pending:
            return  # the call that is about to go out comes after this commit as well
        _pending.add(task_name)
    threading.Thread(target=_send, args=(task_name,), daemon=True).start()


def _send(task_name: str) -> None:
    time.sleep(COALESCED_WITHIN)
    with _pending_lock:
        _pending.discard(task_name)
    if not _waking.acquire(blocking=False):
        return
    try:
        current_app.send_task(task_name, expires=60, retry=False)
    except Exception as error:  # every broker has exceptions of its own; all mean the same: the sweep will find it
        logger.warning("could not wake %s: %s", task_name, error)
    finally:
        _waking.release()
