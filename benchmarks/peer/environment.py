"""The peer's virtual environment: made once under DATA_DIR, made anew when what it needs has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.processes import ROOT, Trouble, clean_environment, say

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def ensure_peer(folder: Path) -> Path:
    """The Python of the peer's environment in `folder`. Raises Trouble when it cannot be made."""
    python, stamp, log = folder / "bin" / "python", folder / ".installed", folder / "install.log"
    wanted = hashlib.sha256(sys.version.encode() + REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say(f"Installing django-helpdesk into {folder} (once) ...")
    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"Could not make the virtual environment {folder}: {error}") from error
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--requirement", REQUIREMENTS]
    with log.open("wb") as output:
        done = subprocess.run(
            [str(word) for word in pip], stdout=output, stderr=output, env=clean_environment(), check=False
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise Trouble(
            f"{tail}\nCould not install django-helpdesk: check that this machine reaches pypi.org (or name another index "
            f"in PIP_INDEX_URL), or leave the peer out with --no-peer. All of what pip said is in {log}."
        )
    stamp.write_text(wanted)
    return python


def peer_folder() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().resolve() / "bench" / "peer-venv"
