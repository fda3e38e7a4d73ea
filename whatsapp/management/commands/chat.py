"""Chat with the running product from the terminal, as a phone of the emulator (W22)."""

import argparse
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import ProviderError
from nfse.models import AuthorizedPhone
from whatsapp.gateways import phones
from whatsapp.models import Channel

WAIT_SECONDS, PAUSE = 30.0, 0.3
QUIET_SECONDS = 4.0
"""Nothing new for so long: the answer is complete."""


class Command(BaseCommand):
    help = (
        "Writes what you type to a channel, from an authorised phone, through the emulator and the real "
        "webhook; prints what comes back. An empty line shows what came meanwhile; Ctrl-D ends."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--channel", type=int, help="id of the channel; the first one otherwise")
        parser.add_argument(
            "--phone", default="", help="E.164 of an authorised phone; the first one otherwise"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not phones.is_emulated():
            raise CommandError(
                "the channels of this machine are not the emulator's: nothing is written to them"
            )
        channel = _find_channel(options["channel"])
        phone = _find_phone(channel, options["phone"])
        number = phone.number.removeprefix("+")
        try:
            if channel.state != Channel.State.CONNECTED:
                phones.scan_code(channel.instance_name)
            self._talk(channel.instance_name, number, f"{phone.name} → {channel.name} ({channel.firm})")
        except ProviderError as error:
            raise CommandError(f"the emulator does not answer; is `make run` running? ({error})") from error

    def _talk(self, instance: str, number: str, title: str) -> None:
        self.stdout.write(f"{title}. Ctrl-D ends.")
        lines = phones.read_phone(instance, number)
        seen = lines[-1].number if lines else 0
        for text in _typed():
            if text.strip():
                phones.write_as_phone(instance, number, text)
            seen = self._show(instance, number, seen, waits=bool(text.strip()))

    def _show(self, instance: str, number: str, seen: int, *, waits: bool) -> int:
        """Print what came, and wait for the answer while one is due; return the last line's number."""
        started = latest = time.monotonic()
        has_answer = False
        while True:
            for line in phones.read_phone(instance, number, after=seen):
                seen, latest = line.number, time.monotonic()
                if line.is_from_channel:
                    has_answer = True
                    self.stdout.write(f"  Nitro: {line.text or f'[{line.file_name}]'}")
            quiet = time.monotonic() - latest > QUIET_SECONDS
            if not waits or (has_answer and quiet) or time.monotonic() - started > WAIT_SECONDS:
                return seen
            time.sleep(PAUSE)


def _typed() -> Any:
    while True:
        try:
            yield input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return


def _find_channel(channel_id: int | None) -> Channel:
    channels = Channel.objects.select_related("firm").filter(deleted_at=None)
    channel = channels.filter(pk=channel_id).first() if channel_id else channels.order_by("pk").first()
    if channel is None:
        raise CommandError("there is no such channel; make one on /notas/canais/ or with `make demo`")
    return channel


def _find_phone(channel: Channel, number: str) -> AuthorizedPhone:
    mine = AuthorizedPhone.objects.filter(firm_id=channel.firm_id, is_active=True, company__is_active=True)
    if number:
        mine = mine.filter(number_index=AuthorizedPhone.index_number(number))
    phone = mine.order_by("pk").first()
    if phone is None:
        raise CommandError("no active authorised phone of the channel's firm has this number")
    return phone
