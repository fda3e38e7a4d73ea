"""Read messages with the deterministic reader, or with the whole chain: JSON lines in, JSON lines out."""

import argparse
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from whatsapp.management.lines import parse_now, read_lines
from whatsapp.reading.output import values_of
from whatsapp.reading.reader import read_messages
from whatsapp.reading.values import ReadingContext
from whatsapp.services.talking.reading_chain import read_chain


class Command(BaseCommand):
    help = 'Reads lines {"id", "text"} and prints the values that the deterministic reader sees.'

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="JSON lines (the only form)")
        parser.add_argument("--llm", action="store_true", help="ask the model for what the rules leave over")
        parser.add_argument("--now", type=parse_now, default=None, help="the day of reading, ISO, São Paulo")

    def handle(self, *_args: Any, **options: Any) -> None:
        context = ReadingContext(now=options["now"] or parse_now(""))
        for line in read_lines(sys.stdin):
            texts = [str(line.get("text") or "")]
            reading = read_messages(texts, context)
            values = values_of(read_chain(texts, context).reading if options["llm"] else reading)
            answer = {"id": line.get("id"), **values, "needs_llm": reading.needs_llm}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            self.stdout.flush()
