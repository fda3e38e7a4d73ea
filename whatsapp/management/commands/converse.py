"""Play scripted dialogs through the real webhook, queue and outbox, without waiting."""

import argparse
import json
import logging
import signal
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from embedded.theatre import make_certificate, open_theatre
from whatsapp.management.rehearsal.clock import running
from whatsapp.management.rehearsal.dialogs import play, read_moment
from whatsapp.management.rehearsal.emulators import Emulators
from whatsapp.management.rehearsal.stage import PFX_PASSWORD


class Command(BaseCommand):
    help = (
        "Plays a file of dialogs: [{id, start: {state, fields, companies, company, last_invoice}, turns: "
        "[{user, kind, elapsed_minutes, …}]}]. It runs on servers, a database and a sandbox of its own, by "
        "the clock of the file."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON: a list of dialogs")
        parser.add_argument("--json", action="store_true", help="print JSON (the only form)")
        parser.add_argument("--now", default="", help="when dialogs begin that do not say so, ISO, São Paulo")
        parser.add_argument("--on-stage", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *_args: Any, **options: Any) -> None:
        dialogs = _read(options["file"])
        if not options["on_stage"]:
            sys.exit(_go_on_stage(options))
        if settings.LOG_LEVEL == "CRITICAL":
            logging.disable(logging.CRITICAL)
        self.stdout.write(json.dumps(_play_all(dialogs, options["now"]), ensure_ascii=False, indent=1))


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(file.read_text())
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{file} is not JSON: {error}") from error
    dialogs = content.get("dialogs", [content]) if isinstance(content, dict) else content
    if not isinstance(dialogs, list) or not all(isinstance(one, dict) for one in dialogs):
        raise CommandError(f"{file} holds no list of dialogs")
    return dialogs


def _go_on_stage(options: dict[str, Any]) -> int:
    """Run the command again in a product apart, and return its exit code."""
    command = [
        sys.executable,
        "manage.py",
        "converse",
        str(options["file"].resolve()),
        "--json",
        "--on-stage",
    ]
    command += ["--now", options["now"]] if options["now"] else []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with open_theatre() as environment:
        return subprocess.run(command, env=environment, cwd=settings.BASE_DIR).returncode  # noqa: S603


def _play_all(dialogs: list[dict[str, Any]], now: str) -> list[dict[str, Any]]:
    emulators = Emulators()
    emulators.prepare()
    return [_play_or_tell(dialog, emulators, now) for dialog in dialogs]


def _play_or_tell(dialog: dict[str, Any], emulators: Emulators, now: str) -> dict[str, Any]:
    """Play one dialog; one that cannot be played says why, and the others are played all the same."""
    try:
        return _play_one(dialog, emulators, now)
    except Exception as error:  # noqa: BLE001 (whatever is wrong with one dialog concerns this one)
        traceback.print_exc()
        return {"id": dialog.get("id"), "turns": [], "final": {}, "error": f"{type(error).__name__}: {error}"}


def _play_one(dialog: dict[str, Any], emulators: Emulators, now: str) -> dict[str, Any]:
    start = dialog.get("start") or {}
    told = dialog.get("now") or dialog.get("today") or start.get("now") or start.get("today") or now
    moment = read_moment(told, datetime.now(UTC))
    with running(moment) as clock:
        clock.followers.append(lambda at: emulators.set_clock(at, datetime.now(UTC)))
        clock.move_to(moment)
        return play(dialog, clock, emulators, _certificate)


def _certificate(document: str, holder: str) -> bytes:
    return make_certificate(document, holder, PFX_PASSWORD)
