#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml reads, each in a file of its own. What is there already is kept.
set -euo pipefail

usage() {
  cat <<USAGE
Usage: deploy/compose/make-secrets.sh [DIRECTORY]

Makes the secrets of docker-compose.yml in DIRECTORY (deploy/compose/secrets if not given). Files that exist are kept,
so it can be run again. To replace one, see docs/operate.md: a password has to change in the database, too.
USAGE
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 2 ;;
esac

directory=${1:-$(dirname "$0")/secrets}
mkdir -p "$directory"
# The containers read the files as users of their own, so the files are readable; the directory is what nobody else enters.
chmod 0700 "$directory"

# Letters and digits alone: nothing has to be quoted in a connection string, a URL or SQL.
random() {
  local wanted=$1 text=""
  while [ "${#text}" -lt "$wanted" ]; do
    text+=$(head -c 256 /dev/urandom | base64 | tr -dc 'A-Za-z0-9')
  done
  printf '%s' "${text:0:wanted}"
}

make() {
  local file=$directory/$1
  if [ -s "$file" ]; then
    echo "kept  $file"
    return
  fi
  (umask 077 && "$2" >"$file.new")
  chmod 0444 "$file.new"
  mv "$file.new" "$file"
  echo "made  $file"
}

hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

password() { random 40; }

# Of all tenants (~), an id, and 256 random bits.
admin_key() { printf 'gok-~.%s.%s' "$(hex 6)" "$(hex 32)"; }

make postgres-password password
make migration-password password
make runtime-password password
make grafana-password password
make admin-key admin_key
