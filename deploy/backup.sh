#!/usr/bin/env bash
# Back up the database, the private files and the names of the secrets into one encrypted file.
#   BACKUP_DIR      where backups lie (/var/backups/nitro)
#   BACKUP_DAYS     how long they are kept (30); the newest three always
#   BACKUP_TARGET   where each goes besides: user@host:/folder (rsync), or rclone:remote:folder
# Who can read them: the public keys in /etc/nitro/backup.recipients (age). The secrets themselves are not in it.
set -Eeuo pipefail
# shellcheck source=common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

recipients=$etc/backup.recipients
days=${BACKUP_DAYS:-30}
[ -s "$recipients" ] || die "$recipients holds no public key of age"

umask 077
mkdir -p "$backups"
exec 9>"$backups/.lock"
flock -n 9 || die "another backup runs"
work=$(mktemp -d "$backups/.work-XXXXXX")
reason="veja journalctl -u nitro-backup" # operators read it
finish() {
	code=$?
	rm -rf "$work"
	[ "$code" = 0 ] || report backup --failed --detail "$reason"
}
trap finish EXIT

bin=$(postgres_bin)
# One transaction sees the rows that are counted and the rows that are dumped.
coproc SQL { as_postgres "$bin/psql" -XAtq -F '|' -v ON_ERROR_STOP=1 -d "$database"; }
ask=${SQL[1]} hear=${SQL[0]} session=$SQL_PID
say "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot();" >&"$ask"
read -r -t 60 snapshot <&"$hear" || die "the database $database does not answer"
{
	cat "$(dirname "$(readlink -f "$0")")/postgresql/manifest.sql"
	say "SELECT 'end';"
} >&"$ask"
while read -r line <&"$hear" && [ "$line" != end ]; do say "$line"; done >"$work/manifest"
as_postgres "$bin/pg_dump" -d "$database" -Fc --snapshot="$snapshot" >"$work/database.dump"
say "COMMIT; \\q" >&"$ask"
wait "$session"
[ -s "$work/manifest" ] || die "nothing was counted"

# After the database: every file that a row names was written before the row.
mkdir -p "$files"
tar -C "$files" -cf "$work/files.tar" .
if [ -f "$etc/nitro.env" ]; then sed -n 's/^\([A-Z_0-9]*\)=.*/\1/p' "$etc/nitro.env" >"$work/secrets"; else : >"$work/secrets"; fi
readlink "$home/current" >"$work/release" || say unknown >"$work/release"

name=nitro-$(date -u +%Y%m%dT%H%M%SZ).tar.age
tar -C "$work" -cf - manifest database.dump files.tar secrets release | age -R "$recipients" -o "$work/$name"
mv "$work/$name" "$backups/$name"
size=$(du -h "$backups/$name" | cut -f1)

# By age, but never the newest three: a clock that jumps deletes nothing.
find "$backups" -maxdepth 1 -name 'nitro-*.tar.age' -printf '%f\n' | sort -r | tail -n +4 | while read -r old; do
	find "$backups/$old" -mtime "+$days" -delete
done

reason="a cópia fora desta máquina falhou; a local está boa: $name"
case ${BACKUP_TARGET:-} in
"") elsewhere="só nesta máquina" ;;
rclone:*) rclone copy "$backups/$name" "${BACKUP_TARGET#rclone:}" && elsewhere="e fora dela" ;;
*) rsync -a --partial "$backups/$name" "$BACKUP_TARGET/" && elsewhere="e fora dela" ;;
esac
report backup --detail "$name, $size, $elsewhere"
say "$backups/$name"
