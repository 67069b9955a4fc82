#!/bin/sh
# Make a virtual environment from the lock, with whatever Python >= 3.12 this machine has.
set -eu
venv=$1

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
    for python in "${PYTHON:-}" python3.13 python3.12 python3.14 python3; do
        if [ -n "$python" ] && usable "$python"; then echo "$python"; return; fi
    done
    echo "nightlatch needs Python 3.12 or newer and found none; install one or set PYTHON=/path/to/python3" >&2
    exit 1
}

python=$(find_python)
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing python3-venv (Debian keeps it apart)"
        apt-get update -qq && apt-get install -y -qq python3-venv
    else
        echo "this Python lacks venv: run 'apt-get install python3-venv' as root, then try again" >&2
        exit 1
    fi
fi
echo "setting up $venv with $("$python" --version)"
"$python" -m venv --clear "$venv"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check -qq "$@"; }
echo "installing $(grep -c '==' requirements.lock) packages from requirements.lock (about half a minute)"
pip install --require-hashes -r requirements.lock
pip install --no-deps --no-build-isolation -e .
"$venv/bin/python" -m compileall -q gateway drivers rules simulator  # a restart must not wait for it
