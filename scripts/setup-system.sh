#!/usr/bin/env bash
# Installs the real servers that suites of `npm test` run on, from Debian's packages. Root on Debian 12 or later; run it as often as you like.
# Nothing is started: each test starts its own on the loopback, and ends it.
set -euo pipefail

packages=(haproxy nginx-light libnginx-mod-http-lua prometheus postgresql chromium util-linux golang-go golang-github-masterminds-sprig-dev systemd)

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "Everything is installed: ${packages[*]}."
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Installing ${missing[*]} needs root: run this as root." >&2
  exit 1
fi

# Debian starts a server when it installs it, unless this file says no; one that is there stays as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends "${missing[@]}"
