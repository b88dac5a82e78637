#!/usr/bin/env bash
# Sets up all that soát needs on a Debian or Ubuntu machine: a virtual environment with the locked packages,
# a browser and fonts that draw Vietnamese. Does nothing when that was done for the same lock file before.
set -euo pipefail
cd "$(dirname "$0")"
venv=.venv
stamp="$venv/.set-up-for"
wanted="$(cat requirements.lock pyproject.toml setup.sh | sha256sum | cut -d' ' -f1)"
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

say() { printf '%s\n' "soát setup: $*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
apt_install() {
    command -v apt-get >/dev/null || { say "needs the packages: $* (no apt-get here; install them by hand, then run this again)"; exit 3; }
    say "installing $* with apt"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1 && return
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

python=""
for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    apt_install python3 python3-venv
    python=python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "needs Python 3.11 or newer"; exit 3; }
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    apt_install "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    say "making the virtual environment"
    "$python" -m venv "$venv"
fi
say "installing the locked packages (the first time takes a minute or two)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

# The browser's driver is a program of its own; a bare machine lacks one library it needs.
driver="$(find "$venv" -path '*/playwright/driver/node' -print -quit)"
"$driver" --version >/dev/null 2>&1 || apt_install libatomic1

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || compgen -G "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}/chromium-*"; }
if ! has_browser >/dev/null; then
    say "fetching a browser"
    "$venv/bin/python" -m playwright install chromium >/dev/null 2>&1 || apt_install chromium
fi
command -v fc-list >/dev/null || apt_install fontconfig
# Capture first: under pipefail, `fc-list | grep -q` fails when grep leaves early.
fonts="$(fc-list ':lang=vi' family)"
[ -n "$fonts" ] || apt_install fonts-noto-core

printf '%s' "$wanted" >"$stamp"
say "ready"
