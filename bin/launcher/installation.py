"""The virtual environment at the project's root, made and filled when what is required has changed."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_NEEDS = ("requirements.txt",)
TEST_NEEDS = ("requirements.txt", "requirements-dev.txt")


def ensure_installed(needs: tuple[str, ...]) -> None:
    """Makes `.venv` and installs the last of `needs` (it includes the others), unless a stamp says it is done."""
    if all(_stamp(name).is_file() and _stamp(name).read_text() == _fingerprint(name) for name in needs):
        return
    _make_venv()
    print(f"Installing what {needs[-1]} lists (once) ...", flush=True)
    _install(ROOT / needs[-1])
    for name in needs:
        _stamp(name).write_text(_fingerprint(name))


def _stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def _fingerprint(name: str) -> str:
    """Changes with the file's content, and with the Python that the environment was made with."""
    config = (VENV / "pyvenv.cfg").read_bytes() if PYTHON.exists() else b"none"
    return hashlib.sha256(config + (ROOT / name).read_bytes()).hexdigest()


def _make_venv() -> None:
    if PYTHON.exists() and _succeeds([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    print("Making the virtual environment .venv ...", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(
            f"Could not make the virtual environment {VENV} ({error}): check that Python's venv module is complete "
            f"(on Debian and Ubuntu: sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv), that the "
            f"folder may be written and that the disk has room, and start again."
        ) from error


def _install(requirements: Path) -> None:
    """By uv, which takes seconds where pip takes half a minute; by pip where uv does not run."""
    log = VENV / "install.log"
    log.unlink(missing_ok=True)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    by_uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, "-r", requirements]
    has_uv = _succeeds([PYTHON, "-m", "uv", "--version"]) or _succeeds([*pip, "uv>=0.5"], log)
    if has_uv and _succeeds(by_uv, log):
        return
    if not _succeeds([*pip, "-r", requirements], log):
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-6:])
        raise Trouble(
            f"{tail}\n\nCould not install the Python packages: check that this machine reaches pypi.org (or name another "
            f"index in PIP_INDEX_URL) and start again. All of what was said is in {log}."
        )


def _succeeds(command: list[object], log: Path | None = None) -> bool:
    if log is None:
        return subprocess.run([str(word) for word in command], capture_output=True, check=False).returncode == 0
    with log.open("ab") as output:
        done = subprocess.run([str(word) for word in command], stdout=output, stderr=output, check=False, cwd=ROOT)
    return done.returncode == 0


def python_environment(**values: str) -> dict[str, str]:
    """The environment for children: what there is, less what would lead Python astray, plus `values`."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    return environment | values
