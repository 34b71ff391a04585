"""What a process holds in memory before anybody asked it anything."""

from __future__ import annotations

import subprocess
import sys

STARTED = """
import sys
import django
django.setup()
import supportdesk.celery
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({"holidays", "rjieba"} & sys.modules.keys()))
"""


def test_dictionaries_are_loaded_only_where_somebody_asks() -> None:
    """Together they are 45 MB: the worker and beat, which search nothing and fill no calendar, do without."""
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
