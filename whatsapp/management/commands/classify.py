"""Say what messages mean, at the mirror or at the start: JSON lines in, JSON lines out."""

import argparse
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from whatsapp.management.lines import parse_now, read_lines
from whatsapp.reading.output import values_of
from whatsapp.reading.reader import read_messages
from whatsapp.reading.values import ReadingContext
from whatsapp.vocabulary.mirror import Field, MirrorClass, classify_at_mirror
from whatsapp.vocabulary.start import classify_at_start

MIRROR = "mirror"


class Command(BaseCommand):
    help = 'Reads lines {"id", "text", "at": "mirror" or "start"} and prints the class or the intent of each.'

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="JSON lines (the only form)")
        parser.add_argument("--now", type=parse_now, default=None, help="the day of reading, ISO, São Paulo")

    def handle(self, *_args: Any, **options: Any) -> None:
        context = ReadingContext(now=options["now"] or parse_now(""))
        for line in read_lines(sys.stdin):
            answer = classify(str(line.get("text") or ""), str(line.get("at") or MIRROR), context)
            self.stdout.write(json.dumps({"id": line.get("id"), **answer}, ensure_ascii=False))
            self.stdout.flush()


def classify(text: str, at: str, context: ReadingContext) -> dict[str, Any]:
    """Return the class of a message, and the field, value and other values that it gives."""
    reading = read_messages([text], context)
    values = {key: value for key, value in values_of(reading).items() if value is not None}
    if at != MIRROR:
        intent = classify_at_start(text, reading)
        return {"class": intent.value} | ({"data": values} if values else {})
    meaning = classify_at_mirror(text, reading)
    answer: dict[str, Any] = {"class": meaning.kind.value}
    if meaning.kind is MirrorClass.CORRECTION:
        answer |= _correction(meaning.fields, values, reading.taker_name.value)
    return answer


def _correction(fields: tuple[Field, ...], values: dict[str, Any], name: str) -> dict[str, Any]:
    if not fields:
        return {}
    given = values | ({Field.TAKER_NAME.value: name} if name else {})
    changed = {field.value: given[field.value] for field in fields if field.value in given}
    first = fields[0].value
    answer = {"field": first} | ({"value": changed[first]} if first in changed else {})
    return answer | ({"data": changed} if changed else {})
