"""Chat with the running product from the terminal, as a phone of the emulator (W22)."""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from core.errors import ProviderError
from nfse.models import AuthorizedPhone
from whatsapp.gateways import phones
from whatsapp.gateways.phones import PhoneLine
from whatsapp.models import Channel
from whatsapp.selectors.simulator import choose_phone

WAIT_SECONDS, PAUSE = 30.0, 0.3
QUIET_SECONDS = 4.0
"""Nothing new for so long: the answer is complete."""

NOT_RUNNING = "the product does not run here: start it with `make run` and try again ({reason})"
NOTES = "/notas/emitidas/"
INDENT = "         "


class Command(BaseCommand):
    help = (
        "Writes what you type to a channel, from an authorised phone, through the emulator and the real "
        "webhook; prints what comes back. An empty line shows what came meanwhile; Ctrl-D ends."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--channel", type=int, help="id of the channel; the first one otherwise")
        parser.add_argument(
            "--phone", default="", help="E.164 of an authorised phone; otherwise one that may ask for notes"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not phones.is_emulated():
            raise CommandError(
                "the channels of this machine are not the emulator's: nothing is written to them"
            )
        if options["verbosity"] < 2:
            logging.disable(logging.ERROR)  # of each look at the phone; they would stand between the lines
        try:
            self._open(options["channel"], options["phone"])
        except OperationalError as error:
            raise CommandError(NOT_RUNNING.format(reason="no database")) from error
        except ProviderError as error:
            raise CommandError(NOT_RUNNING.format(reason="the emulator does not answer")) from error
        except KeyboardInterrupt:
            self.stdout.write("")

    def _open(self, channel_id: int | None, number: str) -> None:
        channel = _find_channel(channel_id)
        phone = _find_phone(channel, number)
        if channel.state != Channel.State.CONNECTED:
            phones.scan_code(channel.instance_name)
        self.stdout.write(f"{phone.name} ({phone.company.display_name}) → {channel.name}, {channel.firm}")
        self.stdout.write("Write as in WhatsApp; an empty line shows what came meanwhile; Ctrl-D ends.")
        self.stdout.write(f"Files are on the page of their note: {settings.SITE_URL}{NOTES}")
        self._talk(channel.instance_name, phone.number.removeprefix("+"))

    def _talk(self, instance: str, number: str) -> None:
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
                    self.stdout.write(_describe(line))
            quiet = time.monotonic() - latest > QUIET_SECONDS
            if not waits or (has_answer and quiet):
                return seen
            if time.monotonic() - started > WAIT_SECONDS:
                self.stdout.write("  (no answer so far; an empty line looks again)" if not has_answer else "")
                return seen
            time.sleep(PAUSE)


def _describe(line: PhoneLine) -> str:
    """Return what a phone would show of a line: of a file its name, and the words below it."""
    words = f"[file] {line.file_name}\n{line.text}".rstrip() if line.file_name else line.text
    return "  Nitro: " + words.replace("\n", f"\n{INDENT}")


def _typed() -> Iterator[str]:
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
    phone = choose_phone(channel.firm_id, number)
    if phone is None:
        raise CommandError("no active authorised phone of the channel's firm has this number")
    return phone
