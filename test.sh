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

# Budgets count days in IANA time zones: the zones' rules come from the system.
need_time_zones() {
  [ -e /usr/share/zoneinfo/Europe/Berlin ] && return
  if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy tzdata && return
  fi
  fail "The time zone database is missing (/usr/share/zoneinfo). On Debian and Ubuntu: apt-get install tzdata"
}

need_dotnet
need_time_zones

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
