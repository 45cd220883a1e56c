#!/usr/bin/env bash
# Every file of deploy/ that has a checker, under that checker; the alerts fire where they should and not elsewhere, and
# promtool reads the metrics of a node that runs.
set -uo pipefail
# shellcheck source=scripts/deploy/support.sh
. "$(dirname "$0")/support.sh"
deploy=$root/deploy

if has systemd-analyze; then
  unit=$work/oso-fallback.service
  # The program need not be installed here: another one stands in its place.
  sed "s#^ExecStart=/usr/bin/node#ExecStart=$(command -v node)#" "$deploy/oso-fallback.service" >"$unit"
  expect "systemd accepts the unit" systemd-analyze verify --man=no --recursive-errors=no "$unit"
  expect "the unit's exposure is 2.0 of 10 at most" systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit"
  systemd-analyze security --offline=yes --no-pager "$unit" 2>/dev/null | grep 'Overall exposure' | sed 's/^[^O]*/         /'
  sed 's/^TimeoutStopSec=/TimeoutStopSecs=/' "$unit" >"$work/misspelt.service"
  refuses "systemd would see a misspelt key" "unknown key" systemd-analyze verify --man=no --recursive-errors=no "$work/misspelt.service"
fi

if has promtool; then
  cp "$deploy"/prometheus/* "$work/"
  expect "promtool accepts the alerts" promtool check rules "$work/alerts.yml"
  expect "the alerts fire where they should, and nowhere else" promtool test rules "$work/alerts.test.yml"
  sed 's/== 0$/== 2/' "$work/alerts.yml" >"$work/wrong.yml"
  sed 's/alerts.yml/wrong.yml/' "$work/alerts.test.yml" >"$work/wrong.test.yml"
  refuses "their tests would see a wrong threshold" FAILED promtool test rules "$work/wrong.test.yml"
  expect "promtool accepts the scrape configuration" promtool check config "$work/scrape.yml"
  node "$root/scripts/deploy/dashboard-rules.mjs" >"$work/dashboard.rules.yml"
  expect "promtool accepts every expression of the dashboard" promtool check rules "$work/dashboard.rules.yml"
fi

if has promtool curl && [[ -f $entry ]]; then
  start_cloud || bad "the stand-in for Oso Cloud starts"
  port=$(free_port)
  start_node node "$port" OSO_DRAIN=0s || bad "a node starts"
  node=$started
  curl -s -o /dev/null -H "Authorization: Bearer $key" "http://127.0.0.1:$port/api/policy"
  curl -s -o /dev/null "http://127.0.0.1:$port/api/policy"
  expect "promtool accepts the metrics of a node that runs" promtool_accepts_metrics "http://127.0.0.1:$port"
  curl -sf "http://127.0.0.1:$port/metrics" >"$work/metrics.txt"
  # Failures are counted from the first one on.
  named() {
    grep -oh 'oso_fallback_[a-z_]*\|process_[a-z_]*' "$deploy"/prometheus/alerts.yml "$deploy"/grafana/*.json | sort -u |
      sed 's/_\(count\|sum\|bucket\)$//' | while read -r name; do
      grep -q "^# TYPE $name " "$work/metrics.txt" || { echo "no metric $name"; return 1; }
    done
  }
  expect "a node has every metric that alerts and dashboard ask for" named
  stop "$node"
  expect "SIGTERM ends it with exit code 0" test $? = 0
fi

if has docker-compose; then
  mkdir -p "$work/compose/deploy"
  cp "$deploy/compose.yaml" "$deploy/nginx.conf" "$work/compose/deploy/"
  printf 'OSO_API_TOKEN=a\nOSO_ENVIRONMENT=b\nOSO_TENANT=c\n' >"$work/compose/.env"
  expect "docker-compose accepts the compose file" docker-compose -f "$work/compose/deploy/compose.yaml" config -q
  sed 's/read_only:/readonly:/' "$work/compose/deploy/compose.yaml" >"$work/compose/deploy/misspelt.yaml"
  refuses "docker-compose would see a misspelt key" readonly docker-compose -f "$work/compose/deploy/misspelt.yaml" config -q
fi

if has yamllint; then
  rules='{extends: relaxed, rules: {line-length: disable}}'
  expect "yamllint accepts every YAML file" \
    yamllint -s -d "$rules" "$deploy"/*.yaml "$deploy"/kubernetes/*.yaml "$deploy"/prometheus/*.yml
fi
if has shellcheck; then
  expect "shellcheck accepts the scripts" shellcheck -x -S warning -P "$root/scripts/deploy" "$root"/scripts/*.sh "$root"/scripts/deploy/*.sh
fi
finish
