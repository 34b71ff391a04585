"""bin/run and bin/test say in one sentence what is missing, what to do, and end with a code other than 0."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(tmp_path: Path, *, script: str = "run", **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "DATA_DIR": str(tmp_path / "data")} | changes
    return subprocess.run(
        [str(ROOT / "bin" / script)], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def _assert_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        _assert_told(_run(tmp_path, PORT=str(port)), f"Port {port} is taken", "choose another")


@pytest.mark.parametrize("port", ["0", "abc", "70000", "-1", "８０８０"])
def test_a_port_that_is_none(tmp_path: Path, port: str) -> None:
    _assert_told(_run(tmp_path, PORT=port), "PORT is", "1 to 65535")


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    _assert_told(_run(tmp_path, DATA_DIR=str(tmp_path / "file" / "data")), "cannot be written", "name another")


def _tools_with_python(tmp_path: Path, script: str) -> str:
    """A PATH whose only Python is the given shell script."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in ("sh", "dirname"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    python = folder / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("script", ["run", "test"])
def test_a_python_that_is_too_old(tmp_path: Path, script: str) -> None:
    tools = _tools_with_python(tmp_path, '[ "$1" = --version ] && echo Python 3.9.2; exit 1')

    _assert_told(_run(tmp_path, script=script, PATH=tools, PYTHON=""), "Python 3.11 or newer", "Python 3.9.2")


@pytest.mark.parametrize("script", ["run", "test"])
def test_a_python_without_its_venv_module(tmp_path: Path, script: str) -> None:
    tools = _tools_with_python(
        tmp_path, 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; *) exit 0;; esac'
    )

    _assert_told(_run(tmp_path, script=script, PATH=tools, PYTHON=""), "venv", "apt install python3.11-venv")


@pytest.mark.parametrize("script", ["run", "test"])
def test_no_python_at_all(tmp_path: Path, script: str) -> None:
    tools = _tools_with_python(tmp_path, "exit 0")
    (Path(tools) / "python3").unlink()

    _assert_told(_run(tmp_path, script=script, PATH=tools, PYTHON=""), "there is none", "apt install python3")
