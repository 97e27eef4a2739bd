#!/usr/bin/env bash
# A cluster as processes on this machine: PostgreSQL in a folder of its own, the migration, and silos, with the same roles
# and settings as docker-compose.yml. Ends, and leaves nothing behind, with Ctrl+C.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

silos_max=20
ready_seconds_max=60
stop_seconds_max=40

usage() {
  cat <<'USAGE'
Usage: deploy/local-cluster.sh [--silos N] [--port BASE] [--keep DIR] [--detach]
       deploy/local-cluster.sh --stop DIR

Starts PostgreSQL and N silos on 127.0.0.1, prints where they are, and ends them all with Ctrl+C.

  --silos N    how many silos, 1 to 20; 3 if not given
  --port BASE  the first port, 5080 if not given. Silo number i (from 0) takes BASE+i for HTTP, BASE+100+i between silos,
               BASE+200+i for the client library, BASE+300+i for metrics; PostgreSQL takes BASE+400.
  --keep DIR   keeps everything in DIR: another start with it goes on with the same database and keys
  --detach     returns as soon as all silos are ready, and leaves them running
  --stop DIR   ends a cluster that was detached, and removes its folder unless it was started with --keep

It needs the .NET SDK and PostgreSQL's server (14 or newer). PG_BIN names the folder of initdb where it isn't found.
USAGE
}

say() { printf '%s\n' "$*"; }
fail() { printf 'local-cluster.sh: %s\n' "$*" >&2; exit 1; }

number() { # name, text, least, most
  [[ $2 =~ ^[0-9]{1,5}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || fail "$1: '$2' is no number from $3 to $4"
}

silos=3 base=5080 keep="" detach=false stop=""
while [ $# -gt 0 ]; do
  case "$1" in
    --silos) silos=${2:?--silos: give a number}; shift 2 ;;
    --port) base=${2:?--port: give a port}; shift 2 ;;
    --keep) keep=${2:?--keep: give a folder}; shift 2 ;;
    --detach) detach=true; shift ;;
    --stop) stop=${2:?--stop: give the folder of the cluster}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
number --silos "$silos" 1 "$silos_max"
number --port "$base" 1024 65000
silos=$((10#$silos)) base=$((10#$base)) # with zeros before it, it would be octal

# PostgreSQL refuses to run as root: then it runs as its package's user.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid postgres --regid postgres --init-groups --reset-env -- "$@")
  else
    "$@"
  fi
}

find_postgres() {
  local candidate
  for candidate in "${PG_BIN:-}" "$(command -v initdb >/dev/null && dirname "$(command -v initdb)")" \
    "$(command -v pg_config >/dev/null && pg_config --bindir)" \
    $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV); do
    if [ -n "$candidate" ] && [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then
      pg_bin=$candidate
      return
    fi
  done
  fail "PostgreSQL's server is missing. On Debian and Ubuntu: apt-get install postgresql; on Fedora: dnf install postgresql-server; on macOS: brew install postgresql@15. Or set PG_BIN to the folder of initdb"
}

# What a process id alone can't say: it may have gone to another process since.
started_at() { ps -o lstart= -p "$1" 2>/dev/null | tr -s ' '; }

is_running() { # pid, when it was started
  [ -n "$2" ] && [ "$(started_at "$1")" = "$2" ]
}

remember() { # name, pid
  printf '%s|%s|%s\n' "$1" "$2" "$(started_at "$2")" >>"$directory/processes"
}

end_everything() {
  local name pid since waited=0 left
  trap '' INT TERM
  if [ -f "$directory/processes" ]; then
    while IFS='|' read -r name pid since; do
      if is_running "$pid" "$since"; then kill -TERM "$pid" 2>/dev/null || true; fi
    done <"$directory/processes"

    # All at once, and each in its own time: it hands over what it holds.
    while :; do
      left=""
      while IFS='|' read -r name pid since; do
        if is_running "$pid" "$since"; then left+=" $name"; fi
      done <"$directory/processes"
      if [ -z "$left" ]; then break; fi
      if [ "$waited" -ge "$((stop_seconds_max * 5))" ]; then
        say "killing$left, which did not end in $stop_seconds_max s" >&2
        while IFS='|' read -r name pid since; do
          if is_running "$pid" "$since"; then kill -KILL "$pid" 2>/dev/null || true; fi
        done <"$directory/processes"
        break
      fi
      waited=$((waited + 1))
      sleep 0.2
    done
    rm -f "$directory/processes"
  fi

  if [ -f "$directory/postgres/postmaster.pid" ]; then
    as_postgres "$pg_bin/pg_ctl" --pgdata "$directory/postgres" --mode fast --wait --silent stop || true
  fi
  if [ ! -e "$directory/keep" ]; then rm -rf "$directory"; fi
}

find_postgres

if [ -n "$stop" ]; then
  [ -f "$stop/cluster" ] || fail "--stop: '$stop' is no folder of a cluster"
  directory=$(cd "$stop" && pwd)
  end_everything
  say "The cluster has ended."
  exit 0
fi

command -v dotnet >/dev/null || fail "the .NET SDK is missing. Install version 10.0.400 or newer: https://dotnet.microsoft.com/download/dotnet/10.0"
command -v curl >/dev/null || fail "curl is missing. On Debian and Ubuntu: apt-get install curl"
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || fail "PostgreSQL won't run as root and there is no user postgres. Install its package, or run this as another user"
  command -v setpriv >/dev/null || fail "setpriv is missing. On Debian and Ubuntu: apt-get install util-linux"
fi

# Ports, before anything is started.
pg_port=$((base + 400))
taken=""
for ((i = 0; i < silos; i++)); do
  for port in $((base + i)) $((base + 100 + i)) $((base + 200 + i)) $((base + 300 + i)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then taken+=" $port"; fi
  done
done
if (exec 3<>"/dev/tcp/127.0.0.1/$pg_port") 2>/dev/null; then taken+=" $pg_port"; fi
[ -z "$taken" ] || fail "these ports are in use:$taken. Give another --port, or end what uses them"

if [ -n "$keep" ] && [ -e "$keep" ]; then
  [ ! -f "$keep/processes" ] || fail "--keep: a cluster is running in $keep, or was not ended; see to it with --stop '$keep'"
  [ -f "$keep/cluster" ] || [ -z "$(ls -A "$keep")" ] || fail "--keep: $keep holds something else; give an empty or a new folder"
fi

# The program, unless each of its parts is newer than all that it is made of.
built=$root/src/Silo/bin/Release/net10.0
program=$built/GenOps.ControlPlane.Silo.dll
is_built() {
  local part assembly
  for part in Contracts Grains Client Silo; do
    assembly=$built/GenOps.ControlPlane.$part.dll
    [ -f "$assembly" ] || return 1
    [ -z "$(find "src/$part" \( -name bin -o -name obj \) -prune -o -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.sql' \) -newer "$assembly" -print)" ] || return 1
  done
}
if ! is_built; then
  say "Building the silo ..."
  dotnet build src/Silo/GenOps.ControlPlane.Silo.csproj --configuration Release --nologo --verbosity quiet -clp:ErrorsOnly >&2 \
    || fail "the silo can't be built"
fi

if [ -n "$keep" ]; then
  mkdir -p "$keep"
  directory=$(cd "$keep" && pwd)
else
  directory=$(mktemp -d "${TMPDIR:-/tmp}/genops-cluster.XXXXXX")
fi
chmod 0711 "$directory" # PostgreSQL's user has to get through to its own folder
as_postgres test -x "$directory" \
  || { rmdir "$directory" 2>/dev/null || true; fail "user postgres can't get to $directory: give a --keep (or TMPDIR) whose folders above let everybody through, such as one in /tmp"; }
touch "$directory/cluster"
if [ -n "$keep" ]; then touch "$directory/keep"; fi
trap 'end_everything' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$root/deploy/compose/make-secrets.sh" "$directory/secrets" >/dev/null

# The server, with its socket where nobody else gets at it: who does is its superuser.
log=$directory/logs
mkdir -p "$log"
if [ ! -f "$directory/postgres/PG_VERSION" ]; then
  say "Making a database ..."
  mkdir -p "$directory/postgres" "$directory/socket"
  chmod 0700 "$directory/postgres" "$directory/socket"
  if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$directory/postgres" "$directory/socket"; fi
  as_postgres "$pg_bin/initdb" --pgdata "$directory/postgres" --username postgres --auth-local trust --auth-host scram-sha-256 \
    --encoding UTF8 --locale C --data-checksums >"$log/initdb.log" 2>&1 || { cat "$log/initdb.log" >&2; fail "initdb failed"; }
  is_new=true
else
  is_new=false
fi

# A path beyond a hundred characters is too long for a socket.
socket=$directory/socket
[ "${#socket}" -le 90 ] || fail "the folder's path is too long for PostgreSQL's socket: give a shorter --keep, or set TMPDIR"
touch "$log/postgres.log"
if [ "$(id -u)" = 0 ]; then chown postgres "$log/postgres.log"; fi
as_postgres "$pg_bin/pg_ctl" --pgdata "$directory/postgres" --log "$log/postgres.log" --wait --silent \
  --options "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$socket' -c max_connections=$((silos * 30 + 20)) -c shared_buffers=256MB -c max_wal_size=4GB -c password_encryption=scram-sha-256" \
  start || { tail -n 20 "$log/postgres.log" >&2; fail "PostgreSQL did not start"; }
if [ "$is_new" = true ]; then
  if ! answer=$(PATH="$pg_bin:$PATH" PGHOST=$socket PGPORT=$pg_port SECRETS_DIRECTORY=$directory/secrets "$root/deploy/compose/init-database.sh" 2>&1); then
    fail "the database can't be made: $answer"
  fi
fi

connection="Host=127.0.0.1;Port=$pg_port;Database=genops"
say "Migrating its schema ..."
GenOps__Node__Storage=Postgres \
  GenOps__Postgres__ConnectionString="$connection;Username=genops_migration" \
  GenOps__Postgres__PasswordFile="$directory/secrets/migration-password" \
  dotnet "$program" migrate >"$log/migrate.log" 2>&1 || { cat "$log/migrate.log" >&2; fail "the migration failed"; }

# Each in a process group of its own: Ctrl+C is for this script, which ends them in order.
set -m
say "Starting $silos silos ..."
pids=()
for ((i = 0; i < silos; i++)); do
  GenOps__Node__Storage=Postgres \
    GenOps__Node__Urls="http://127.0.0.1:$((base + i))" \
    GenOps__Node__SiloPort=$((base + 100 + i)) \
    GenOps__Node__GatewayPort=$((base + 200 + i)) \
    GenOps__Node__MetricsUrl="http://127.0.0.1:$((base + 300 + i))" \
    GenOps__Node__Advertise=127.0.0.1 \
    GenOps__Node__AdminKeyFile="$directory/secrets/admin-key" \
    GenOps__Cluster__ClusterId=genops \
    GenOps__Postgres__ConnectionString="$connection;Username=genops_silo" \
    GenOps__Postgres__PasswordFile="$directory/secrets/runtime-password" \
    GenOps__Postgres__Migrate=false \
    dotnet "$program" >"$log/silo$((i + 1)).log" 2>&1 </dev/null &
  pids+=($!)
  remember "silo$((i + 1))" $!
done
set +m

for ((i = 0; i < silos; i++)); do
  waited=0
  until curl --silent --fail --max-time 2 --output /dev/null "http://127.0.0.1:$((base + i))/health/ready"; do
    if ! kill -0 "${pids[i]}" 2>/dev/null; then
      tail -n 30 "$log/silo$((i + 1)).log" >&2
      fail "silo$((i + 1)) ended instead of becoming ready"
    fi
    if [ "$waited" -ge "$((ready_seconds_max * 5))" ]; then
      tail -n 30 "$log/silo$((i + 1)).log" >&2
      fail "silo$((i + 1)) is not ready after $ready_seconds_max s"
    fi
    waited=$((waited + 1))
    sleep 0.2
  done
done

say ""
say "The cluster is running: $silos silos on PostgreSQL."
say ""
for ((i = 0; i < silos; i++)); do
  say "  silo$((i + 1))       HTTP http://127.0.0.1:$((base + i))   gateway 127.0.0.1:$((base + 200 + i))   metrics http://127.0.0.1:$((base + 300 + i))/metrics   process ${pids[i]}"
done
say "  PostgreSQL  127.0.0.1:$pg_port, database genops; as its superuser: psql -h $socket -p $pg_port -U postgres genops"
say "  admin key   $directory/secrets/admin-key"
say "  logs        $log"
say ""
say "  KEY=\$(cat '$directory/secrets/admin-key')"
say "  curl http://127.0.0.1:$base/v1/tenants -H \"Authorization: Bearer \$KEY\""
say ""

if [ "$detach" = true ]; then
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do disown "$pid"; done
  say "End it with: deploy/local-cluster.sh --stop '$directory'"
  exit 0
fi

say "Ctrl+C ends it."
# A silo that ends by itself is told, and the others go on: that is what a cluster is for.
running=("${pids[@]}")
while [ "${#running[@]}" -gt 0 ]; do
  still=()
  for ((i = 0; i < silos; i++)); do
    for pid in "${running[@]}"; do
      [ "$pid" = "${pids[i]}" ] || continue
      if kill -0 "$pid" 2>/dev/null; then still+=("$pid"); else say "silo$((i + 1)) (process $pid) has ended; its log: $log/silo$((i + 1)).log"; fi
    done
  done
  running=(${still[@]+"${still[@]}"})
  sleep 1 &
  wait $! || true
done
fail "all silos have ended"
