#!/bin/sh
# make-image-root APP ROOT: puts everything that a node needs to run under ROOT, which becomes the image. Runs where the
# modules of APP were installed, so that the shared libraries are the ones they were linked with.
set -eu

app=$1
root=$2
node=$(command -v node)

install -d -m 0755 "$root" "$root/app" "$root/etc" "$root/usr" "$root/usr/local" "$root/usr/local/bin"
# Open to every user, each of whom makes a private directory there.
install -d -m 1777 "$root/data" "$root/tmp"

# What only compilers, editors and other machines read.
case $(uname -m) in
x86_64) platform=linux-x64 ;;
aarch64) platform=linux-arm64 ;;
*) echo "no image for $(uname -m)" >&2; exit 1 ;;
esac
modules=$app/node_modules
rm -rf "$modules/@types" "$modules/.bin" "$modules/zstd-napi/deps" "$modules/zstd-napi/src"
find "$modules" -path '*/prebuilds/*' -prune -type d ! -name "$platform" -exec rm -rf {} +
find "$modules/zstd-napi/build" -type f ! -name '*.node' -delete
find "$modules" "$app/dist" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.md' \) ! -iname 'license*' -delete
find "$modules" -depth -type d -empty -delete

cp -R "$app/package.json" "$app/dist" "$app/examples" "$modules" "$root/app/"
cp -L "$node" "$root/usr/local/bin/node"
strip --strip-unneeded "$root/usr/local/bin/node"

# ldd also names the loader itself.
find "$modules" -name '*.node' -exec ldd {} + >/tmp/libraries
ldd "$node" >>/tmp/libraries
grep -o '/[^ ]*' /tmp/libraries | grep '\.so' | sort -u | while read -r library; do
  case $library in "$app"/*) continue ;; esac
  cp -L --parents "$library" "$root"
done

printf 'root:x:0:0::/:/nonexistent\noso:x:1000:1000::/data:/nonexistent\n' >"$root/etc/passwd"
printf 'root:x:0:\noso:x:1000:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
chmod -R a+rX,go-w "$root/app" "$root/usr" "$root/etc"
