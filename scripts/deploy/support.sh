# shellcheck shell=bash
# What the checks of deploy/ share. Each check is a function of its own; it says what it ran, or what it lacked.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
check=$(basename "$0" .sh)
entry=$root/dist/bin/oso-fallback.js
# The fixed key of the dev-server, which opens nothing else.
key=e_0123456789_12345_osotesttoken01xiIn
work=$(mktemp -d)
pids=()
failures=0

# Ends only what was started here, by its id.
clean_up() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

say() { printf '%s\n' "$*"; }
ok() { say "ok       $*"; }
skip() { say "skipped  $*"; }
bad() {
  say "FAILED   $*"
  failures=$((failures + 1))
}

# has TOOL...: whether all are installed; says which one is not.
has() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null && continue
    skip "$check: $tool is not installed"
    return 1
  done
}

# expect TEXT COMMAND...: one line that says whether the command did what TEXT says; its output only when it did not.
expect() {
  local text=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    ok "$text"
  else
    bad "$text (exit code $?): $*"
    sed 's/^/         /' "$work/output"
  fi
}

# refuses TEXT REASON COMMAND...: the command must fail and say why, by a regular expression.
refuses() {
  local text=$1 reason=$2
  shift 2
  if "$@" >"$work/output" 2>&1; then
    bad "$text: $*"
  elif grep -Eqi -- "$reason" "$work/output"; then
    ok "$text"
  else
    bad "$text, but not because of '$reason': $*"
    sed 's/^/         /' "$work/output"
  fi
}

# until_true SECONDS COMMAND...: asks again until it holds.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# promtool_accepts_metrics URL. One published name ends in a unit that the linter would spell out; it stays as it is.
promtool_accepts_metrics() {
  local complaints
  complaints=$(curl -sf "$1/metrics" | promtool check metrics 2>&1 | grep -v '^oso_fallback_snapshot_age_ms metric names should not contain abbreviated units$')
  [[ -z $complaints ]] || { echo "$complaints"; return 1; }
}

# Below those that the system gives to whoever asks for any one: until it is used, somebody else could be given it.
free_port() {
  node -e 'const tryOne = () => require("net").createServer().once("error", tryOne)
    .listen(10_000 + Math.floor(Math.random() * 20_000), "127.0.0.1", function () {
      console.log(this.address().port);
      this.close();
    });
  tryOne();'
}

# ready URL
ready() { curl -sf -o /dev/null --max-time 2 "$1/readyz"; }

# start NAME COMMAND...: in the background, with its output in $work/NAME.log; the id is in $started.
start() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 &
  started=$!
  pids+=("$started")
}

# stop PID: asks, waits and returns its exit code.
stop() {
  kill -TERM "$1"
  wait "$1"
}

# The stand-in for Oso Cloud with example facts, at $cloud.
start_cloud() {
  cloud_port=$(free_port)
  cloud=http://127.0.0.1:$cloud_port
  cp "$root/examples/code-hosting.polar" "$work/policy.polar"
  node "$root/scripts/deploy/example-facts.mjs" 20000 >"$work/facts.jsonl"
  start cloud env -i PATH="$PATH" node "$entry" dev-server "$work/policy.polar" --facts "$work/facts.jsonl" --port "$cloud_port"
  until_true 30 curl -sf -o /dev/null -H "Authorization: Bearer $key" "$cloud/api/policy"
}

# start_node NAME PORT [VARIABLE=VALUE...]: a node that copies from $cloud; its id is in $started.
start_node() {
  local name=$1 port=$2
  shift 2
  start "$name" env -i PATH="$PATH" OSO_API_TOKEN=$key OSO_ENVIRONMENT=0123456789 OSO_TENANT=acme OSO_URL="$cloud" \
    OSO_HOST=127.0.0.1 OSO_PORT="$port" OSO_DIRECTORY="$work/$name" "$@" node "$entry" serve
  until_true 30 ready "http://127.0.0.1:$port"
}

# finish: the exit code says whether anything failed.
finish() {
  ((failures == 0)) || say "$failures failed"
  exit $((failures > 0))
}
