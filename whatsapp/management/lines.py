"""What the commands that read JSON lines share."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from django.core.management.base import CommandError
from django.utils import timezone


def read_lines(stream: TextIO) -> Iterator[dict[str, Any]]:
    """Yield each line of a stream as it comes. Raises CommandError when one is no JSON object."""
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise CommandError(f"line {number} is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise CommandError(f"line {number} is not a JSON object")
        yield value


def parse_now(text: str) -> datetime:
    """Return a moment of ISO 8601 in São Paulo; of a day alone, its noon; of nothing, now."""
    if not text:
        return timezone.localtime()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not ISO 8601") from error
    if len(text) == 10:
        moment = moment.replace(hour=12)
    return timezone.localtime(moment) if timezone.is_aware(moment) else timezone.make_aware(moment)
