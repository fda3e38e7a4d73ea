#!/usr/bin/env bash
# switch.sh RELEASE   let a built release serve: migrate, start it beside the one that serves, ask its health, let Caddy
#                     switch, restart the workers, stop the former one
# switch.sh --back    let the release before serve again; the database stays as it is, old releases bear newer columns
# Whatever fails before the switch leaves the site as it was.
set -Eeuo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$here/common.sh"

exec 9>"$home/.switch.lock"
flock -n 9 || die "another switch runs"
if [ "${1:-}" = --back ]; then
	release=$(readlink -f "$home/previous") || die "there is no release before this one"
	migrates=no
else
	release=$(readlink -f "${1:?which release?}")
	migrates=yes
fi
[ -x "$release/.venv/bin/python" ] || die "$release is no built release"

old=$(serving_port)
new=8001
[ "$old" != 8001 ] || new=8002
ready="http://127.0.0.1:$new/health/ready?only=database&only=broker&only=cache&only=migrations"

as_nitro() { if [ "$(id -u)" = 0 ] && id nitro >/dev/null 2>&1; then runuser -u nitro -- "$@"; else "$@"; fi; }

point_caddy_to() { if [ "$1" = 8002 ]; then touch "$home/serve-8002"; else rm -f "$home/serve-8002"; fi; }

give_up() {
	systemctl_ stop "nitro-web@$new" || true
	die "$1; the former release serves on"
}

if [ "$migrates" = yes ]; then
	(cd "$release" && as_nitro env NITRO_ENV_FILE="$etc/nitro.env" .venv/bin/python manage.py migrate --noinput --verbosity 1) ||
		die "the migrations failed; the former release serves on"
fi

# Before the switch, for pages of both releases.
if [ -d "$release/staticfiles" ]; then
	mkdir -p "${NITRO_STATIC:-/var/lib/nitro-static}"
	cp -r --update "$release/staticfiles/." "${NITRO_STATIC:-/var/lib/nitro-static}/"
fi

systemctl_ stop "nitro-web@$new" || true
ln -sfn "$release" "$home/web-$new"
systemctl_ start "nitro-web@$new" || give_up "the new release does not start"
for try in $(seq "${NITRO_START_SECONDS:-60}"); do
	if curl -fsS -o /dev/null --max-time 5 "$ready" 2>/dev/null; then break; fi
	[ "$try" != "${NITRO_START_SECONDS:-60}" ] || give_up "the new release is not ready: $(curl -s --max-time 5 "$ready" | head -c 500)"
	sleep 1
done

point_caddy_to "$new"
former=$(readlink -f "$home/current" || true)
if [ -n "$former" ] && [ "$former" != "$release" ]; then ln -sfn "$former" "$home/previous"; fi
ln -sfn "$release" "$home/current"
systemctl_ enable "nitro-web@$new"
# New work only from now on; what runs is finished first. Their connections know the former columns.
systemctl_ restart nitro-io nitro-chat nitro-cpu nitro-beat
sleep "${NITRO_DRAIN_SECONDS:-5}" # what Caddy was just handing over
systemctl_ disable "nitro-web@$old"
systemctl_ stop "nitro-web@$old"
say "$(basename "$release") serves on port $new"
