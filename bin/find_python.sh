# Sets $python to a Python >= 3.11 that can make virtual environments, or says in one sentence what is missing.
# Read by bin/run and bin/test.

find_python() {
    python=""
    without_venv=""
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        if "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            python=$candidate
            return 0
        fi
        [ -n "$without_venv" ] || without_venv=$candidate
    done
    if [ -n "$without_venv" ]; then
        package=$("$without_venv" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        echo "$without_venv cannot make virtual environments: install its venv module" \
            "(on Debian and Ubuntu: sudo apt install $package) and start again." >&2
    elif command -v python3 >/dev/null 2>&1; then
        echo "Python 3.11 or newer is needed and this is $(python3 --version 2>&1):" \
            "install a newer one, or name it: PYTHON=/path/to/python3.12 $0" >&2
    else
        echo "Python 3.11 or newer is needed and there is none: install it" \
            "(on Debian and Ubuntu: sudo apt install python3 python3-venv) and start again." >&2
    fi
    return 1
}
