# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# shellcheck shell=bash
# What the scripts of this folder share. Every value can be set from outside.

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# PostgreSQL, which is not root, must reach its data: /root would not do.
if [ "$(id -u)" = 0 ]; then
  CACHE=${CACHE:-/var/cache/opco_ep_connector}
else
  CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/opco_ep_connector}
fi
case $CACHE in
/*) ;;
*) CACHE=$PWD/$CACHE ;;
esac
export CACHE
ODOO_PORT=${ODOO_PORT:-8069}
SANDBOX_PORT=${SANDBOX_PORT:-8070}
PG_PORT=${PG_PORT:-5469}
DEMO_DB=${DEMO_DB:-opco_demo}

ODOO_ROOT=$CACHE/odoo-19
VENV=$CACHE/venv
PG_DATA=${PG_DATA:-$CACHE/postgres}
# A Unix socket's path may hold 107 bytes: the cache folder's may be longer.
PG_SOCKET=/tmp/opco-ep-pg-$(id -u)-$PG_PORT
RUN=${RUN:-$CACHE/run}
# Two clusters may hold databases of the same name: each has its attachments.
export ODOO_DATA=${ODOO_DATA:-$CACHE/data}
ADDONS=l10n_fr_apprenticeship,opco_ep_connector

say() { printf '%s\n' "$*"; }
fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

mkdir -p "$CACHE" "$RUN" 2>/dev/null || fail "the cache folder $CACHE cannot be written: set CACHE to a folder of yours."

# An Odoo given by ODOO=/path/to/odoo brings its own interpreter or the caller's.
odoo_given() { [ -n "${ODOO:-}" ]; }

odoo_command() {
  if odoo_given; then
    printf '%s\n' "$ODOO"
  else
    printf '%s\n' "$VENV/bin/python" -m odoo
  fi
}

port_is_free() {
  python3 - "$1" <<'PY'
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        raise SystemExit(1)
PY
}

# The PID file holds "pid start-time": a PID given again to another process is not ours.
process_start() { awk '{print $22}' "/proc/$1/stat" 2>/dev/null; }

remember_process() { printf '%s %s\n' "$2" "$(process_start "$2")" >"$RUN/$1.pid"; }

process_runs() {
  local pid started
  read -r pid started 2>/dev/null <"$RUN/$1.pid" || return 1
  [ -n "$started" ] && [ "$(process_start "$pid")" = "$started" ]
}

stop_process() {
  local pid
  if process_runs "$1"; then
    read -r pid _ <"$RUN/$1.pid"
    kill "$pid"
    for _ in $(seq 100); do
      process_runs "$1" || break
      sleep 0.1
    done
    if process_runs "$1"; then kill -9 "$pid"; fi
  fi
  rm -f "$RUN/$1.pid"
}
