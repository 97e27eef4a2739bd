#!/usr/bin/env bash
# Restores, builds and runs every test project; ends with one line `N passed, N failed`.
# As root in CI it installs what is missing; elsewhere it names it.
set -uo pipefail
cd "$(dirname "$0")"

fail() { printf '%s\n' "$*" >&2; echo "0 passed, 1 failed"; exit 1; }

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 \
    || fail "The .NET SDK is missing. Install version 10.0.400 or newer: https://dotnet.microsoft.com/download/dotnet/10.0"
  dotnet --version >/dev/null 2>&1 \
    || fail "The .NET SDK that global.json asks for is missing. Install version 10.0.400 or newer: https://dotnet.microsoft.com/download/dotnet/10.0"
}

# What tests need besides .NET, each with Debian's package of it. Looking costs nothing when all is there.
has_time_zones() { [ -e /usr/share/zoneinfo/Europe/Berlin ]; }
has_postgres() { command -v initdb >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_faketime() { compgen -G '/usr/lib*/*/faketime/libfaketime.so.1' >/dev/null || compgen -G '/usr/l*/lib*/faketime/libfaketime.so.1' >/dev/null; }
has_compose() { command -v docker-compose >/dev/null 2>&1 || docker compose version >/dev/null 2>&1; }
# 1.27 or newer: what reads the manifests (kustomize) is part of it, and an older one does not read them.
has_kubectl() {
  local version
  version=$(kubectl version --client --output=json 2>/dev/null | sed -nE 's/.*"gitVersion": *"v([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)
  [ -n "$version" ] && [ "${version% *}" = 1 ] && [ "${version#* }" -ge 27 ]
}
has_redis() { command -v redis-server >/dev/null 2>&1; }
has_promtool() { command -v promtool >/dev/null 2>&1; }

need_tools() {
  local packages=()
  has_time_zones || packages+=(tzdata)              # budgets count days in IANA time zones
  has_postgres || packages+=(postgresql)            # clusters of silos
  has_faketime || packages+=(faketime)              # a silo whose clock is wrong
  has_compose || packages+=(docker-compose)         # docker-compose.yml is read by what will run it
  has_kubectl || packages+=(kubernetes-client)      # and so are the Kubernetes manifests
  has_promtool || packages+=(prometheus)            # and the alert rules, by promtool
  has_redis || packages+=(redis-server)             # what the product is compared with is checked, too
  [ "${#packages[@]}" = 0 ] && return

  if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "== install ${packages[*]}"
    # No server of Debian's own is started: tests make theirs, and of Prometheus they only take the checker.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/genops-tests.conf
    local policy=/usr/sbin/policy-rc.d own_policy=false
    if [ ! -e "$policy" ]; then
      own_policy=true
      printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    fi
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}"
    local installed=$?
    if [ "$own_policy" = true ]; then rm -f "$policy"; fi
    [ "$installed" = 0 ] || fail "These packages could not be installed: ${packages[*]}"
    has_kubectl || echo "kubectl is older than 1.27, also as a package: the tests that read the Kubernetes manifests are skipped" >&2
    return
  fi

  echo "Missing here; on Debian and Ubuntu: apt-get install ${packages[*]}" >&2
  has_time_zones || fail "Without the time zone database (/usr/share/zoneinfo) nothing can be tested."
  has_postgres || fail "Without PostgreSQL's server programs (initdb, postgres) clusters can't be tested."
  echo "The tests that need the rest are skipped or fail, and say so." >&2
}

need_dotnet
need_tools

echo "== restore and build"
dotnet build GenOps.ControlPlane.sln -c Release --nologo -v quiet || fail "The build failed."

passed=0
failed=0
for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  echo "== $name"
  log=$(mktemp)
  dotnet "$(dirname "$project")/bin/Release/net10.0/$name.dll" -noColor 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$log" | tail -n 1)
  total=$(sed -nE 's/.*Total: ([0-9]+).*/\1/p' <<<"$summary")
  wrong=$(sed -nE 's/.*Errors: ([0-9]+), Failed: ([0-9]+).*/\1 \2/p' <<<"$summary" | awk '{print $1 + $2}')
  skipped=$(sed -nE 's/.*Skipped: ([0-9]+), Not Run: ([0-9]+).*/\1 \2/p' <<<"$summary" | awk '{print $1 + $2}')
  rm -f "$log"
  if [ -z "$total" ] || [ "$total" = 0 ]; then
    echo "$name ran no test (exit code $code)" >&2
    failed=$((failed + 1))
    continue
  fi
  # A run that ends badly without a failed test (a crash, an unhandled exception) is a failure too.
  [ "$code" = 0 ] || [ "$wrong" -gt 0 ] || wrong=1
  failed=$((failed + wrong))
  passed=$((passed + total - wrong - skipped))
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
