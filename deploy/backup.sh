#!/usr/bin/env bash
# Copies the ledger and all else of the schema genops into one file, while the silos go on.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: deploy/backup.sh --file FILE [--database CONNECTION]

Writes the schema genops (but not who is in the cluster at the moment) to FILE, in pg_dump's custom format, and prints
what is in it. It disturbs nobody: silos go on writing, and the copy is of the one instant at which it began.

  --file FILE            where to; it must not exist, and is there only once it is whole
  --database CONNECTION  how to connect, as psql takes it: a name, a URL or "host=db dbname=genops user=genops_migration".
                         What it leaves out comes from the environment (PGHOST, PGPORT, PGUSER, PGPASSFILE, ...).

Connect as the schema's owner: the role of the silos can't read the partitions by name.
USAGE
}

fail() { echo "backup.sh: $*" >&2; exit 1; }

file="" database=""
while [ $# -gt 0 ]; do
  case "$1" in
    --file) file=${2:?--file: give a file}; shift 2 ;;
    --database) database=${2:?--database: give a connection}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$file" ] || { usage >&2; exit 2; }
[ ! -e "$file" ] || fail "$file exists already; give another name, or move it away"
for tool in psql pg_dump; do
  command -v "$tool" >/dev/null || fail "$tool is missing. On Debian and Ubuntu: apt-get install postgresql-client"
done

connection=()
[ -z "$database" ] || connection=(--dbname "$database")
export PGAPPNAME="genops backup"

# One session says what is there and lends its snapshot to pg_dump: the figures are those of the file, to the entry.
coproc session { psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --set ON_ERROR_STOP=1 "${connection[@]}" 2>&1; }
session_pid=${session_PID:-}
# Of our own: bash forgets the session's as soon as it ends, and with them what it said.
exec {to}>&"${session[1]}" {from}<&"${session[0]}"
trap '' PIPE
part=$file.part
cleanup() {
  rm -f "$part"
  kill "$session_pid" 2>/dev/null || true
}
trap cleanup EXIT

ask() {
  local answer
  # If it has ended, it has said why.
  printf '%s\n' "$1" 2>/dev/null >&"$to" || true
  if ! IFS= read -r answer <&"$from"; then
    fail "the database closed the connection"
  fi
  case "$answer" in
    *ERROR:* | *FATAL:* | psql:*) fail "$answer" ;;
  esac
  printf '%s' "$answer"
}

snapshot=$(ask "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_export_snapshot();")
[ "$(ask "SELECT to_regclass('genops.schema_version') IS NOT NULL;")" = t ] \
  || fail "this database has no ledger: the schema genops is missing. Is it the right one?"

(umask 077 && pg_dump --format=custom --schema=genops --no-owner --snapshot="$snapshot" --lock-wait-timeout=30s \
  --exclude-table-data=genops.membership --exclude-table-data=genops.membership_version \
  --file="$part" "${connection[@]}")

version=$(ask "SELECT max(version) FROM genops.schema_version;")
incarnation_epoch=$(ask "SELECT incarnation, epoch FROM genops.ledger_state;")
entries_newest=$(ask "SELECT count(*), coalesce(to_char(to_timestamp(max(at) / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'none') FROM genops.ledger_key;")

# It may be needed on the day on which this machine is lost: on the disk before it gets its name.
sync "$part" 2>/dev/null || sync
mv "$part" "$file"

cat <<RESULT
file         $file ($(wc -c <"$file" | tr -d ' ') bytes)
schema       $version
incarnation  ${incarnation_epoch% *}
epoch        ${incarnation_epoch#* }
entries      ${entries_newest% *}
newest       ${entries_newest#* }
RESULT
