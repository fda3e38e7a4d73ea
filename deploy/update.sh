#!/usr/bin/env bash
# update.sh TAG      fetch a tag, build it beside the releases that are there, back up, and let it serve (switch.sh)
# update.sh --back   let the release before serve again
# What fails leaves the site as it was. NITRO_SIGNED_TAGS=yes accepts only tags whose signature git can check.
set -Eeuo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$here/common.sh"

[ "$(id -u)" = 0 ] || die "run it as root"
[ "${1:-}" != --back ] || exec "$here/switch.sh" --back
tag=${1:-}
[[ $tag =~ ^v[0-9]+(\.[0-9]+)*$ ]] || die "say which release: update.sh v1.2.3"
exec 8>"$home/.update.lock"
flock -n 8 || die "another update runs"

release=$home/releases/$tag
builder() { runuser -u nitro-build -- env HOME=/var/lib/nitro-build "$@"; } # pip and npm keep what they fetched there
if [ ! -f "$release/.built" ]; then
	builder git -C "$home/source.git" fetch --quiet --tags origin
	[ "${NITRO_SIGNED_TAGS:-no}" != yes ] || builder git -C "$home/source.git" verify-tag "$tag" || die "$tag is not signed by whom we trust"
	rm -rf "$release"
	install -d -o nitro-build -g nitro-build "$release"
	builder git -C "$home/source.git" archive "$tag" | builder tar -x -C "$release"
	builder python3.11 -m venv "$release/.venv"
	builder "$release/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$release/requirements.txt"
	builder npm --prefix "$release" ci --silent --omit=dev
	(cd "$release" && builder .venv/bin/python manage.py collectstatic --noinput --verbosity 0)
	builder "$release/.venv/bin/python" -m compileall -q -x node_modules "$release" || true
	# Nobody who serves may change what serves.
	chown -hR root:root "$release"
	chmod -R u=rwX,go=rX "$release"
	date -u +%FT%TZ >"$release/.built"
fi

(cd "$release" && runuser -u nitro -- env NITRO_ENV_FILE="$etc/nitro.env" .venv/bin/python manage.py check --deploy --fail-level ERROR) ||
	say "warning: $tag misses the settings named above"
if [ -f "$home/current/.built" ]; then
	systemctl_ start nitro-backup || die "the backup failed; nothing was changed"
fi
"$here/switch.sh" "$release"

# The one that serves, the one before, and the newest besides.
find "$home/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | while read -r old; do
	case $old in "$(readlink -f "$home/current")" | "$(readlink -f "$home/previous")") ;; *) rm -rf "$old" ;; esac
done
