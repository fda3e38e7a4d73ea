"""Rotate encryption keys: put the new one first in its setting, run this, drop the old one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.reencryption import list_encrypted_fields, reencrypt_field


class Command(BaseCommand):
    help = "Re-encrypt every encrypted field with the first of its keys and report counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch-size", type=int, default=500, help="rows per transaction (default 500)")

    def handle(self, *_args: Any, batch_size: int, **_options: Any) -> None:
        failed = 0
        for model, field in list_encrypted_fields():
            counts = reencrypt_field(model, field, batch_size=batch_size)
            failed += counts.failed
            self.stdout.write(
                f"{model._meta.label}.{field.name}: {counts.read} read = {counts.rotated} re-encrypted "
                f"+ {counts.current} already current + {counts.failed} failed"
            )
        if failed:
            raise CommandError(f"{failed} values cannot be decrypted with any key; no old key may be dropped")
