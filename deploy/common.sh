#!/usr/bin/env bash
# Sourced by the scripts beside it: where things are, and what all of them do. Each path can be set in the environment.
# shellcheck disable=SC2034
home=${NITRO_ROOT:-/opt/nitro}
etc=${NITRO_ETC:-/etc/nitro}
database=${NITRO_DATABASE:-nitro}
owner=${NITRO_DATABASE_OWNER:-nitro}
manage=${NITRO_MANAGE:-/usr/local/bin/nitro-manage}
files=${NITRO_FILES:-/var/lib/nitro/files}
backups=${BACKUP_DIR:-/var/backups/nitro}

say() { printf '%s\n' "$*"; }

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# The database's programs, as the user postgres; where PGHOST is set they are called as they are.
as_postgres() {
	if [ -n "${PGHOST:-}" ]; then "$@"; else runuser -u postgres -- "$@"; fi
}

# pg_dump of another version writes what the server cannot read back: take the server's own.
postgres_bin() {
	if [ -n "${NITRO_POSTGRES_BIN:-}" ]; then
		say "$NITRO_POSTGRES_BIN"
		return
	fi
	local number
	number=$(as_postgres psql -XAtq -d postgres -c 'SHOW server_version_num') || die "PostgreSQL does not answer"
	say "/usr/lib/postgresql/$((number / 10000))/bin"
}

# Without our locks: what it starts would hold them.
systemctl_() { "${NITRO_SYSTEMCTL:-systemctl}" "$@" 8>&- 9>&-; }

# The port of the web instance that Caddy asks: it looks for this file at each request.
serving_port() { if [ -e "$home/serve-8002" ]; then say 8002; else say 8001; fi; }

report() { "$manage" report_machine "$@" || say "warning: the result could not be told to Nitro"; }
