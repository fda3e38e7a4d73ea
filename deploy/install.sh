#!/usr/bin/env bash
# From a bare Debian 12 to a running Nitro; run again it changes what differs and keeps what is there.
#   install.sh REPOSITORY TAG
# Asks for the domain, an address for its certificate, and the keys of outside systems. To ask nobody, give them in the
# environment: NITRO_DOMAIN, NITRO_EMAIL and the names in .env.example; a key that stays empty is named at the end.
set -Eeuo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$here/common.sh"

repository=${1:?install.sh REPOSITORY TAG}
tag=${2:?install.sh REPOSITORY TAG}
[ "$(id -u)" = 0 ] || die "run it as root"
. /etc/os-release
[ "${ID:-} ${VERSION_ID:-}" = "debian 12" ] || die "this is for Debian 12, not for ${PRETTY_NAME:-this system}"

step() { printf '\n== %s\n' "$*"; }

# ask NAME TEXT: from the environment, from what was answered before, or from who sits here
ask() {
	local known=${!1:-}
	if [ -z "$known" ]; then known=$(cat "$etc/nitro.env" "$etc/caddy.env" 2>/dev/null | sed -n "s/^$1=//p" | tail -n 1); fi
	if [ -z "$known" ] && [ -t 0 ]; then read -r -p "$2: " known; fi
	printf -v "$1" '%s' "$known"
}

random() { head -c "$1" /dev/urandom | base64 -w0 | tr '+/' '-_'; }

# keep NAME VALUE: a variable that is there already stays
keep() {
	grep -q "^$1=" "$etc/nitro.env" || printf '%s=%s\n' "$1" "$2" >>"$etc/nitro.env"
}

step "Packages"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends age ca-certificates caddy curl git make nodejs npm postgresql-15 \
	python3.11 python3.11-venv redis-server rsync unattended-upgrades >/dev/null
systemctl_ disable --now redis-server >/dev/null 2>&1 || true # ours are two of their own

step "Users and folders"
for user in nitro nitro-build; do
	id "$user" >/dev/null 2>&1 || useradd --system --user-group --create-home --home-dir "/var/lib/$user" --shell /usr/sbin/nologin "$user"
done
chmod 750 /var/lib/nitro
install -d -m 755 "$home" "$home/releases" /var/lib/nitro-static
install -d -m 750 -o root -g nitro "$etc"
install -d -m 700 "$backups"
install -d -m 750 -o nitro -g nitro "$files"

step "Answers"
ask NITRO_DOMAIN "Domain of the site (nitro.exemplo.com.br)"
ask NITRO_EMAIL "Address for the certificate authority and for support"
[[ $NITRO_DOMAIN =~ ^[a-z0-9.-]+$ ]] || die "that is no domain: $NITRO_DOMAIN"
[[ $NITRO_EMAIL == *@* ]] || die "that is no address: $NITRO_EMAIL"
touch "$etc/nitro.env"
chown root:nitro "$etc/nitro.env"
chmod 640 "$etc/nitro.env"
keep NITRO_ENVIRONMENT production
keep SITE_URL "https://$NITRO_DOMAIN"
keep ALLOWED_HOSTS "$NITRO_DOMAIN"
keep CSRF_TRUSTED_ORIGINS "https://$NITRO_DOMAIN"
keep TRUSTED_PROXY_COUNT 1
keep CONTACT_EMAIL "$NITRO_EMAIL"
keep DEFAULT_FROM_EMAIL "Nitro <$NITRO_EMAIL>"
keep SECRET_KEY "$(random 64)"
keep FIELD_ENCRYPTION_KEYS "$(random 32)"
keep CERTIFICATE_ENCRYPTION_KEYS "$(random 32)"
keep BLIND_INDEX_KEY "$(random 48)"
keep PLUGNOTAS_WEBHOOK_SECRET "$(random 32 | tr -d '=')"
keep FILES_ROOT "$files"
keep METRICS_DIR /run/nitro-metrics
keep WEB_PROCESSES 4
keep WEB_THREADS 4
keep BROKER_URL redis://127.0.0.1:6391/0
keep CACHE_URL redis://127.0.0.1:6392/0
keep SERPER_BASE_URL https://google.serper.dev
keep BRASILAPI_BASE_URL https://brasilapi.com.br
keep PLUGNOTAS_BASE_URL https://api.plugnotas.com.br
keep OPENAI_BASE_URL https://api.openai.com/v1
keep STRIPE_BASE_URL https://api.stripe.com
keep SEFIN_PRODUCTION_URL https://sefin.nfse.gov.br/SefinNacional
keep SEFIN_STAGING_URL https://sefin.producaorestrita.nfse.gov.br/SefinNacional
keep ADN_PRODUCTION_URL https://adn.nfse.gov.br/contribuintes
keep ADN_STAGING_URL https://adn.producaorestrita.nfse.gov.br/contribuintes
keep ADN_PARAMETERS_PRODUCTION_URL https://adn.nfse.gov.br/parametrizacao
keep ADN_PARAMETERS_STAGING_URL https://adn.producaorestrita.nfse.gov.br/parametrizacao
for name in EMAIL_URL SERPER_API_KEY VIPER_BASE_URL VIPER_API_KEY PLUGNOTAS_API_KEY OPENAI_API_KEY STRIPE_SECRET_KEY \
	STRIPE_WEBHOOK_SECRET EVOLUTION_BASE_URL EVOLUTION_API_KEY; do
	ask "$name" "$name (empty: later)"
	[ -z "${!name}" ] || keep "$name" "${!name}"
done
printf 'NITRO_DOMAIN=%s\nNITRO_EMAIL=%s\n' "$NITRO_DOMAIN" "$NITRO_EMAIL" >"$etc/caddy.env"

step "PostgreSQL"
install -m 644 "$here/postgresql/nitro.conf" /etc/postgresql/15/main/conf.d/nitro.conf
install -d "/etc/systemd/system/postgresql@.service.d"
install -m 644 "$here/systemd/postgresql@.service.d/nitro.conf" "/etc/systemd/system/postgresql@.service.d/nitro.conf"
systemctl_ daemon-reload
systemctl_ restart postgresql
if ! grep -q '^DATABASE_URL=' "$etc/nitro.env"; then
	as_postgres psql -XAtq -c "SELECT 1 FROM pg_roles WHERE rolname = '$owner'" | grep -q 1 || as_postgres createuser "$owner"
	password=$(random 24 | tr -d '=')
	# Through its input: what stands on a command line can be read by everybody.
	as_postgres psql -Xq -v ON_ERROR_STOP=1 <<<"ALTER ROLE $owner PASSWORD '$password'"
	keep DATABASE_URL "postgresql://$owner:$password@127.0.0.1:5432/$database"
fi
as_postgres psql -XAtq -c "SELECT 1 FROM pg_database WHERE datname = '$database'" | grep -q 1 ||
	as_postgres createdb -T template0 -E UTF8 --locale C.UTF-8 -O "$owner" "$database"

step "Backups"
if [ ! -s "$etc/backup.key" ]; then
	(umask 077 && age-keygen -o "$etc/backup.key" 2>/dev/null)
	age-keygen -y "$etc/backup.key" >"$etc/backup.recipients"
	say "Copy $etc/backup.key and $etc/nitro.env to a safe place outside this machine: without them no backup opens."
fi
[ -f "$etc/backup.env" ] || printf '# BACKUP_TARGET=user@host:/folder, or rclone:remote:folder\nBACKUP_DAYS=30\n' >"$etc/backup.env"

step "Units and Caddy"
cp -r "$here/systemd/." /etc/systemd/system/
mv /etc/systemd/system/nitro-tmpfiles.conf /etc/tmpfiles.d/nitro.conf
systemd-tmpfiles --create nitro.conf
install -m 755 "$here/nitro-manage" /usr/local/bin/nitro-manage
install -m 644 "$here/caddy/Caddyfile" /etc/caddy/Caddyfile
systemctl_ daemon-reload

step "Release $tag"
[ -d "$home/source.git" ] || {
	install -d -o nitro-build -g nitro-build "$home/source.git"
	runuser -u nitro-build -- env HOME=/var/lib/nitro-build git clone --quiet --mirror "$repository" "$home/source.git"
}
# The two Redis read their configuration from a release: unpack it first.
install -d "$home/bootstrap/deploy"
cp -r "$here/redis" "$home/bootstrap/deploy/"
[ -e "$home/current" ] || ln -sfn "$home/bootstrap" "$home/current"
systemctl_ enable --now nitro-broker nitro-cache
systemctl_ restart caddy
"$here/update.sh" "$tag"
"$manage" load_catalogs
systemctl_ enable --now nitro.target nitro-io nitro-chat nitro-cpu nitro-beat nitro-backup.timer nitro-restore-test.timer
"$here/backup.sh"

step "Done: https://$NITRO_DOMAIN"
say "The first operator: nitro-manage createsuperuser"
"$manage" check --deploy || say "Set what is named above in $etc/nitro.env, then run install.sh again."
