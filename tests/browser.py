"""Finding and starting the Chromium that walks the journeys."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# It asks nobody on the internet for anything, and runs as root in a container.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path in CHROMIUM, or the first browser of the usual names."""
    for name in (os.environ.get("CHROMIUM") or "", *NAMES, *MAC):
        if name and (found := shutil.which(name)):
            return found
    return None


def is_required() -> bool:
    return os.environ.get("BROWSER") == "required"
