#!/usr/bin/env bash
# check-deploy.sh [image|balancers|files]...: runs what deploy/ and the Dockerfile promise, as far as the tools are
# installed here; says what it ran and what it left out. Needs a build (npm run build); the image also needs root. Listens
# on loopback only, and ends only what it started. About three minutes, and some more for the first base image.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checks=("$@")
((${#checks[@]} > 0)) || checks=(files balancers image)
limit=900
result=0
for check in "${checks[@]}"; do
  echo "== $check"
  timeout --signal=TERM --kill-after=30 $limit bash "$here/deploy/check-$check.sh" || result=1
done
exit $result
