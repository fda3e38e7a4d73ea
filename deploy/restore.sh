#!/usr/bin/env bash
# restore.sh test [FILE]   restore a backup (the newest) beside the database, compare it with what was counted, drop it
# restore.sh full FILE     put the site back to a backup: stops Nitro, keeps the present database under another name
# The key that opens backups: BACKUP_IDENTITY (/etc/nitro/backup.key).
set -Eeuo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$here/common.sh"

identity=${BACKUP_IDENTITY:-$etc/backup.key}
mode=${1:-}
file=${2:-}
case $mode in
test) file=${file:-$(find "$backups" -maxdepth 1 -name 'nitro-*.tar.age' | sort | tail -n 1)} ;;
full) ;;
*) die "say restore.sh test [FILE] or restore.sh full FILE" ;;
esac
[ -f "$file" ] || die "there is no backup ${file:-in $backups}"
[ -s "$identity" ] || die "$identity, the key that opens backups, is not here"

umask 077
mkdir -p "$backups"
work=$(mktemp -d "$backups/.restore-XXXXXX")
chmod 711 "$work"
bin=$(postgres_bin)
beside=${database}_restored
reason="veja journalctl -u nitro-restore-test" # operators read it
finish() {
	code=$?
	rm -rf "$work"
	if [ "$code" != 0 ] || [ "$mode" = test ]; then
		as_postgres "$bin/dropdb" --if-exists --force "$beside" || true
	fi
	[ "$mode" != test ] || [ "$code" = 0 ] || report restore --failed --detail "$reason"
}
trap finish EXIT

age -d -i "$identity" "$file" | tar -C "$work" -xf -
[ -s "$work/manifest" ] || die "the backup holds no manifest"
as_postgres "$bin/dropdb" --if-exists --force "$beside"
as_postgres "$bin/createdb" -T template0 -E UTF8 -O "$owner" "$beside"
as_postgres "$bin/pg_restore" --exit-on-error --no-owner --role="$owner" -d "$beside" <"$work/database.dump"
as_postgres "$bin/psql" -XAtq -F '|' -v ON_ERROR_STOP=1 -d "$beside" <"$here/postgresql/manifest.sql" >"$work/found"
if ! diff "$work/manifest" "$work/found" >"$work/difference"; then
	found=$(grep '^[<>]' "$work/difference" | head -n 4 | tr '\n' ' ')
	reason="o banco restaurado é outro: $found"
	die "the restored database differs: $found"
fi
count=$(tar -tf "$work/files.tar" | grep -vc '/$' || true)
tables=$(grep -vc checksum "$work/manifest")
if [ "$mode" = test ]; then
	report restore --detail "$(basename "$file"): $tables tabelas e o extrato iguais, $count arquivos"
	say "$file: $tables tables and the ledger are the same, $count files"
	exit 0
fi

now=$(date -u +%Y%m%d%H%M%S)
say "stopping Nitro; the present database stays as ${database}_before_$now, the files as $files.before-$now"
systemctl_ stop nitro.target 'nitro-web@*' nitro-io nitro-chat nitro-cpu nitro-beat
as_postgres "$bin/psql" -Xq -v ON_ERROR_STOP=1 -d postgres <<SQL
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('$database', '$beside') AND pid <> pg_backend_pid();
ALTER DATABASE "$database" RENAME TO "${database}_before_$now";
ALTER DATABASE "$beside" RENAME TO "$database";
SQL
mkdir -p "$files.new-$now"
tar -C "$files.new-$now" -xf "$work/files.tar"
[ ! -d "$files" ] || mv "$files" "$files.before-$now"
mv "$files.new-$now" "$files"
id nitro >/dev/null 2>&1 && chown -R nitro:nitro "$files"
"$manage" migrate --verbosity 0
systemctl_ start nitro.target nitro-io nitro-chat nitro-cpu nitro-beat "nitro-web@$(serving_port)"
say "restored from $(basename "$file"). Next: nitro-manage check_ledger; notes that were issued after it are asked for by themselves."
