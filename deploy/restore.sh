#!/usr/bin/env bash
# Puts a backup into a database and makes it that database's own ledger: all of it, or nothing.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: deploy/restore.sh --file FILE [--database CONNECTION] [--replace] [--while-running]

Restores a backup into a database that has no schema genops, in one transaction, adopts the ledger there, and prints
what was restored.

  --file FILE            the backup
  --database CONNECTION  how to connect, as psql takes it: a name, a URL or "host=db dbname=genops user=genops_migration".
                         What it leaves out comes from the environment (PGHOST, PGPORT, PGUSER, PGPASSFILE, ...).
  --replace              removes the ledger that is there: what it has and the backup has not is lost for ever
  --while-running        though silos are connected. They wait for the restore, then drop all that they remember; what
                         they were asked meanwhile, they answer as unavailable.

The whole ledger is unpacked as SQL in $TMPDIR (/tmp) first: there has to be room for it.

Connect as the schema's owner to be. The group genops_runtime of the silos' role has to exist, as before the first start.
USAGE
}

fail() { echo "restore.sh: $*" >&2; exit 1; }

outcome_seconds_max=60 # to wait for a server that was lost, to be asked what became of the restore

file="" database="" replace=false while_running=false
while [ $# -gt 0 ]; do
  case "$1" in
    --file) file=${2:?--file: give a file}; shift 2 ;;
    --database) database=${2:?--database: give a connection}; shift 2 ;;
    --replace) replace=true; shift ;;
    --while-running) while_running=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$file" ] || { usage >&2; exit 2; }
[ -r "$file" ] || fail "$file can't be read"
for tool in psql pg_restore; do
  command -v "$tool" >/dev/null || fail "$tool is missing. On Debian and Ubuntu: apt-get install postgresql-client"
done

connection=()
[ -z "$database" ] || connection=(--dbname "$database")
export PGAPPNAME="genops restore"

run() { psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --set ON_ERROR_STOP=1 "${connection[@]}" "$@"; }
ask() { run --command "$1"; }

list=$(pg_restore --list "$file") || fail "$file is no backup of pg_dump, or not whole; nothing was changed"
grep -q 'TABLE DATA genops ledger_identity' <<<"$list" || fail "$file holds no ledger"

there=$(ask "SELECT count(*) FROM pg_namespace WHERE nspname = 'genops'")
if [ "$there" != 0 ] && [ "$replace" = false ]; then
  fail "the database has a schema genops already. Restore into an empty database, or say --replace: it removes what is there for ever"
fi

silos=$(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'genops %' AND application_name NOT IN ('genops restore', 'genops backup')")
if [ "$silos" != 0 ] && [ "$while_running" = false ]; then
  fail "silos hold $silos connections to the database. Stop them first, or say --while-running"
fi

if [ "$(ask "SELECT count(*) FROM pg_roles WHERE rolname = 'genops_runtime'")" = 0 ] \
  && grep -q 'TO genops_runtime' <<<"$(pg_restore --file=- --schema-only "$file")"; then
  fail "the role genops_runtime is missing, to which the backup grants rights. Make it first: CREATE ROLE genops_runtime NOLOGIN"
fi

# The backup as SQL, whole: one that is cut short or damaged ends here, before anything is touched.
script=$(mktemp -d)
trap 'rm -rf "$script"' EXIT
pg_restore --no-owner --no-tablespaces --file="$script/backup.sql" "$file" || fail "$file is damaged or not whole; nothing was changed"

# Which tables these are: a restore makes others. An incarnation would not do, since one begins with each start of the server.
tables() { ask "SELECT coalesce(to_regclass('genops.ledger_identity')::oid::text, '')"; }
tables_before=$(tables) || fail "the ledger that is there can't be asked which one it is"

# One transaction, ended by its own last line: what breaks in between, whatever breaks, leaves what was there, and no silo
# ever sees a half of it.
{
  echo "BEGIN;"
  echo "SET lock_timeout = '30s'; SET statement_timeout = 0; SET client_min_messages = warning;"
  # Who is in the cluster is no part of the ledger: members that are running stay members.
  if [ "$there" != 0 ] && [ "$while_running" = true ]; then
    # Nobody joins, leaves or is declared dead between this copy and its return.
    echo "LOCK TABLE genops.membership_version, genops.membership IN ACCESS EXCLUSIVE MODE;"
    echo "CREATE TEMPORARY TABLE members_version AS TABLE genops.membership_version;"
    echo "CREATE TEMPORARY TABLE members AS TABLE genops.membership;"
    echo "CREATE TEMPORARY TABLE schema_before AS SELECT max(version) AS version FROM genops.schema_version;"
  fi
  [ "$there" = 0 ] || echo "DROP SCHEMA genops CASCADE;"
  # The backup's own settings would undo ours: a lock is not waited for without end.
  sed "s/^SET lock_timeout = 0;\$/SET lock_timeout = '30s';/" "$script/backup.sql"
  if [ "$there" != 0 ] && [ "$while_running" = true ]; then
    cat <<'SQL'
DO $$
BEGIN
    IF (SELECT max(version) FROM genops.schema_version) <> (SELECT version FROM pg_temp.schema_before) THEN
        RAISE EXCEPTION 'the backup has another version of the schema than the silos that are running: stop them, restore, and migrate';
    END IF;
END
$$;
INSERT INTO genops.membership_version TABLE pg_temp.members_version;
INSERT INTO genops.membership TABLE pg_temp.members;
SQL
  fi
  echo "SELECT genops.adopt_restored_ledger() \\g /dev/null"
  echo "COMMIT;"
} >"$script/restore.sql"
if ! run --file="$script/restore.sql" >/dev/null; then
  # Whoever loses the connection while it commits doesn't know whether it did. The tables say, once the server is done with it.
  waited=0
  while :; do
    busy=$(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'genops restore'" 2>/dev/null) \
      && [ "$busy" = 0 ] && tables_after=$(tables 2>/dev/null) && break
    [ "$waited" -lt "$outcome_seconds_max" ] \
      || fail "the restore failed, and what became of it can't be asked. Look when the server answers: SELECT to_regclass('genops.ledger_identity')::oid; before, it was ${tables_before:-null, as no ledger was there}. If it is the same, nothing was changed"
    waited=$((waited + 1))
    sleep 1
  done
  [ "$tables_after" != "$tables_before" ] || fail "the restore failed; nothing was changed"
  echo "restore.sh: the connection broke as the restore ended; the restore was made all the same" >&2
fi

version=$(ask "SELECT max(version) FROM genops.schema_version")
incarnation_epoch=$(ask "SELECT incarnation, epoch FROM genops.ledger_state")
# Adopting it made the newest change: the one before is the backup's.
epoch_before=$(ask "SELECT coalesce((SELECT epoch FROM genops.authority_change ORDER BY epoch DESC OFFSET 1 LIMIT 1), 0)")
entries_newest=$(ask "SELECT count(*), coalesce(to_char(to_timestamp(max(at) / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'none') FROM genops.ledger_key")

cat <<RESULT
file         $file
schema       $version
incarnation  ${incarnation_epoch% *} (new)
epoch        ${incarnation_epoch#* } ($epoch_before in the backup)
entries      ${entries_newest% *}
newest       ${entries_newest#* }
RESULT
