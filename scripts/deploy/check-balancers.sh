#!/usr/bin/env bash
# nginx and HAProxy in front of two real nodes: each node in turn is stopped, killed and started again under load, and no
# question may fail. The client repeats nothing, so whatever a node drops is the balancer's to save.
set -uo pipefail
# shellcheck source=scripts/deploy/support.sh
. "$(dirname "$0")/support.sh"

has curl || finish
[[ -f $entry ]] || { bad "no build: npm run build"; finish; }

start_cloud || bad "the stand-in for Oso Cloud starts"
port_a=$(free_port)
port_b=$(free_port)
drain=OSO_DRAIN=5s
start_node a "$port_a" $drain || bad "node a starts"
node_a=$started
start_node b "$port_b" $drain || bad "node b starts"
node_b=$started

# The file as shipped, with the addresses of these two nodes and of a free port.
localized() {
  sed -e "s/oso-fallback-a:8080/127.0.0.1:$port_a/" -e "s/oso-fallback-b:8080/127.0.0.1:$port_b/" \
    -e "s/listen 8080;/listen 127.0.0.1:$2;/" -e "s/bind :8080/bind 127.0.0.1:$2/" -e "s#/tmp/nginx#$work/nginx#" "$1"
}

# answered_by URL: how many different nodes answer eight clients.
answered_by() {
  local client
  for client in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    curl -sf -o /dev/null -H "X-Oso-Instance-Id: client-$client" -H "Authorization: Bearer $key" "$1/api/policy" || return 1
  done
  local a b
  a=$(counted "$port_a")
  b=$(counted "$port_b")
  ((a > 0 && b > 0))
}
counted() {
  curl -sf "http://127.0.0.1:$1/metrics" | awk '/^oso_fallback_http_requests_count.*api\/policy"/ {print $2; found=1} END {if (!found) print 0}'
}

# keeps_to_one_node URL: one client, forty questions, one node.
keeps_to_one_node() {
  local before_a before_b after_a after_b
  before_a=$(counted "$port_a") before_b=$(counted "$port_b")
  for _ in {1..40}; do
    curl -sf -o /dev/null -H 'X-Oso-Instance-Id: one' -H "Authorization: Bearer $key" "$1/api/policy" || return 1
  done
  after_a=$(counted "$port_a") after_b=$(counted "$port_b")
  ((after_a - before_a == 40 && after_b == before_b)) || ((after_b - before_b == 40 && after_a == before_a))
}

hidden() { [[ $(curl -s -o /dev/null -w '%{http_code}' "$1/metrics") == 404 ]]; }

fails_over() {
  local name=$1 url=$2
  expect "$name spreads clients over both nodes" answered_by "$url"
  expect "$name keeps a client with one node" keeps_to_one_node "$url"
  expect "$name shows metrics of no node" hidden "$url"

  start load node "$root/scripts/deploy/load.mjs" "$url" "$key" 30
  local load=$started
  sleep 2
  stop "$node_a"
  expect "$name: node a drained and ended with exit code 0" test $? = 0
  start_node a "$port_a" $drain || bad "node a starts again"
  node_a=$started
  # nginx counts whole seconds, so it takes up to two until it asks a node again that was gone for one.
  sleep 4
  kill -KILL "$node_b"
  wait "$node_b" 2>/dev/null
  sleep 2
  start_node b "$port_b" $drain || bad "node b starts again"
  node_b=$started
  wait "$load"
  expect "$name: no question failed while node a was stopped and node b killed" test $? = 0
  sed 's/^/         /' "$work/load.log"
}

if has nginx; then
  port=$(free_port)
  localized "$root/deploy/nginx.conf" "$port" >"$work/nginx.conf"
  expect "nginx accepts its configuration" nginx -t -c "$work/nginx.conf"
  start nginx nginx -c "$work/nginx.conf" -g 'daemon off;'
  proxy=$started
  until_true 10 ready "http://127.0.0.1:$port" || bad "nginx starts"
  fails_over nginx "http://127.0.0.1:$port"
  kill -QUIT "$proxy"
  wait "$proxy"
fi

if has haproxy; then
  port=$(free_port)
  localized "$root/deploy/haproxy.cfg" "$port" >"$work/haproxy.cfg"
  expect "HAProxy accepts its configuration" haproxy -c -f "$work/haproxy.cfg"
  start haproxy haproxy -db -f "$work/haproxy.cfg"
  proxy=$started
  until_true 10 ready "http://127.0.0.1:$port" || bad "HAProxy starts"
  fails_over HAProxy "http://127.0.0.1:$port"
  kill -USR1 "$proxy"
  wait "$proxy"
fi

stop "$node_a"
stop "$node_b"
finish
