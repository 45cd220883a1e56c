#!/usr/bin/env bash
# Builds the image and runs it as an operator would: exported, imported, served offline, asked, stopped. The container has
# a read-only root, no capabilities, no privileges to gain, 256 MB and, where nothing else is needed, no network.
set -uo pipefail
# shellcheck source=scripts/deploy/support.sh
. "$(dirname "$0")/support.sh"

has buildah podman runc skopeo debootstrap curl || finish
if [[ $(id -u) != 0 ]]; then
  skip "$check: building without an image registry needs root"
  finish
fi

cache=${OSO_CHECK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/oso-fallback-check}
storage=$cache/storage
image=localhost/oso-fallback:check
node=/usr/local/bin/node
mkdir -p "$cache"

podman=(podman --root "$storage" --runroot "$cache/run" --storage-driver vfs --cgroup-manager cgroupfs --runtime runc)
# The health check of the image is run by hand below: podman would need systemd for it.
sandbox=(--no-healthcheck --read-only --cap-drop=all --security-opt no-new-privileges --memory=256m --tmpfs /tmp
  --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --pids-limit 0)

expect "a local base image" bash "$root/scripts/deploy/make-local-base.sh" "$cache/base" "$storage" "$cache/run"
build() {
  buildah --root "$storage" --storage-driver vfs bud --isolation chroot --format docker --layers=false --timestamp 0 \
    --build-arg NODE_IMAGE=localhost/oso-fallback-base:26 -t "$image" -f "$root/Dockerfile" "$root"
}
expect "the Dockerfile builds" build
"${podman[@]}" image inspect "$image" >"$work/image.json" || bad "podman finds the image"
((failures == 0)) || finish
look() { node -e "const [i]=JSON.parse(require('fs').readFileSync('$work/image.json')); console.log($1)"; }
say "         $(look '(i.Size / 1e6).toFixed(0)') MB, $(look 'i.Config.User'), $(look 'JSON.stringify(i.Config.Entrypoint)')"
expect "it runs as a user by number that is not root" test "$(look 'i.Config.User')" = 1000:1000
expect "its health check needs no shell" test "$(look 'i.HealthCheck?.Test?.[0] ?? i.Healthcheck?.Test?.[0]')" = CMD
refuses "it has no shell" "no such file" "${podman[@]}" run --rm "${sandbox[@]}" --network=none --entrypoint /bin/sh "$image" -c true
version() { "${podman[@]}" run --rm "${sandbox[@]}" --network=none --entrypoint "$node" "$image" --version; }
expect "its Node.js is $(version 2>/dev/null)" test "$(version 2>/dev/null | cut -d. -f1)" = v26

# The lines of the README, as written: a folder of the user's own, settings in an env file.
start_cloud || bad "the stand-in for Oso Cloud starts"
mkdir "$work/export" && chown 1000:1000 "$work/export"
port=$(free_port)
cat >"$work/.env" <<ENV
OSO_API_TOKEN=$key
OSO_ENVIRONMENT=0123456789
OSO_TENANT=acme
OSO_URL=$cloud
OSO_PORT=$port
OSO_DRAIN=2s
ENV
with_env=("${podman[@]}" run --rm "${sandbox[@]}" --env-file="$work/.env")
expect "--export /export/oso-data.snapshot" \
  "${with_env[@]}" --network=host -v "$work/export:/export" "$image" --export /export/oso-data.snapshot
expect "the snapshot is whole" node "$entry" verify "$work/export/oso-data.snapshot"
mkdir "$work/foreign" && chmod 0755 "$work/foreign"
refuses "--export into a folder of somebody else is refused" "permission denied" \
  "${with_env[@]}" --network=host -v "$work/foreign:/export" "$image" --export /export/oso-data.snapshot
sed 's/^/         /' "$work/output"
expect "--user makes it that somebody's" \
  "${with_env[@]}" --network=host --user "$(id -u):$(id -g)" -v "$work/foreign:/export" "$image" --export /export/oso-data.snapshot

# From here on Oso Cloud is gone.
kill -KILL "$started" && wait "$started" 2>/dev/null

# serve_container NAME FLAGS... : in the foreground of a background job, so that its exit code is to be had.
serve_container() {
  local name=$1
  shift
  start "$name" "${with_env[@]}" --name "$name" -v "$work/export:/export:ro" "$@"
}
healthy() { "${podman[@]}" exec "$1" "$node" --max-old-space-size=16 /app/dist/bin/healthcheck.js; }
in_container() { "${podman[@]}" exec "$1" "$node" -e "$2"; }

serve_container alone --network=none -v oso-check-data:/data "$image" --import /export/oso-data.snapshot
alone=$started
expect "--import starts it without Oso Cloud, with no network at all" until_true 60 healthy alone
ask="fetch('http://127.0.0.1:$port/api/authorize',{method:'POST',headers:{authorization:'Bearer $key','content-type':'application/json'},
body:JSON.stringify({actor_type:'User',actor_id:'user-3',action:'read',resource_type:'Repository',resource_id:'org-0/repo-3'})})
.then(async (r)=>{const t=await r.text();console.log(r.status,t);process.exit(r.status===200&&/^{\"allowed\":(true|false)}\$/.test(t)?0:1)})"
expect "it answers a question" in_container alone "$ask"
status_of() { in_container "$1" "fetch('http://127.0.0.1:$port/status').then(r=>r.json()).then(s=>console.log(s.origin))"; }
expect "its origin is the imported snapshot" test "$(status_of alone)" = imported
refuses "its root is read-only" EROFS in_container alone "require('fs').writeFileSync('/app/x','')"
no_capabilities() { in_container "$1" "process.exit(/CapEff:\\s*0+\\n/.test(require('fs').readFileSync('/proc/self/status','utf8'))?0:1)"; }
expect "it has no capabilities" no_capabilities alone
first_process() { in_container "$1" "process.exit(/oso-fallback/.test(require('fs').readFileSync('/proc/1/cmdline','utf8'))?0:1)"; }
expect "it is process 1" first_process alone
private_data() { in_container "$1" "process.exit((require('fs').statSync('/data/oso').mode&0o777)===0o700?0:1)"; }
expect "its data are its own" private_data alone
limit=$(in_container alone "console.log(process.constrainedMemory())" 2>/dev/null)
expect "its limit is 256 MB" test "$limit" = 268435456
memory=$(in_container alone "console.log(/VmRSS:\\s*(\\d+)/.exec(require('fs').readFileSync('/proc/1/status','utf8'))[1])" 2>/dev/null)
say "         $((memory / 1024)) MiB resident"

"${podman[@]}" kill --signal TERM alone >/dev/null
sleep 0.5
refuses "it says that it leaves" draining healthy alone
expect "it still answers while it drains" in_container alone "$ask"
wait "$alone"
expect "SIGTERM ends it with exit code 0" test $? = 0

serve_container again --network=host -v oso-check-data:/data "$image" serve --offline
again=$started
expect "another container starts from the volume alone" until_true 60 ready "http://127.0.0.1:$port"
expect "the official client gets 200 answers from it" node "$root/scripts/deploy/ask.mjs" "http://127.0.0.1:$port" "$key" 200
say "         $(cat "$work/output") of 200 allowed"
if command -v promtool >/dev/null; then
  expect "promtool accepts its metrics" promtool_accepts_metrics "http://127.0.0.1:$port"
fi
"${podman[@]}" kill --signal TERM again >/dev/null
wait "$again"
expect "SIGTERM ends it with exit code 0" test $? = 0

serve_container nothing --network=none "$image"
wait "$started"
expect "with nothing to start from it ends with exit code 4" test $? = 4

"${podman[@]}" volume rm --force oso-check-data >/dev/null 2>&1
finish
