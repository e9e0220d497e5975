#!/bin/sh
# Makes this folder ready for one of the npm scripts (demo, start, test, check, dev), also from a fresh clone.
# Only what needs no packages of ours is here; prepare.ts, on the Node that npm installs, does the rest.
set -eu
cd "$(dirname "$0")/.."
mode=${1:-dev}
seen=node_modules/.quaylog-lock

say() { printf 'quaylog: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

install_packages() {
  command -v node >/dev/null || fail 'Node is missing: install Node 20 or later (any later start uses the Node 24 that npm installs here).'
  command -v npm >/dev/null || fail 'npm is missing: install it (on Debian: apt-get install npm), then try again.'
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node $(node --version) is too old to install the packages: Node 20 or later is needed."
  say 'installing npm packages (once; half a minute or so) ...'
  npm ci --no-audit --no-fund --loglevel=error >&2 || fail 'npm ci failed (see above). With a network and write access to this folder it should work; try again.'
  printf '%s\n' "$lock" >"$seen"
}

lock=$(cksum <package-lock.json)
if [ ! -x node_modules/.bin/node ] || [ "$(cat "$seen" 2>/dev/null || true)" != "$lock" ]; then
  install_packages
fi
exec node_modules/.bin/node deploy/prepare.ts "$mode"
