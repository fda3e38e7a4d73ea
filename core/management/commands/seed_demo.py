"""`manage.py seed_demo`: people and data to walk through the whole product at once."""

import shlex
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.demos import PASSWORD, DemoOptions, list_demos


class Command(BaseCommand):
    help = "Creates the demo sign-ins and their data, once. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="only print the demo sign-ins")
        parser.add_argument(
            "--certificate-maker",
            default="",
            help="command that makes A1 files, e.g. 'python -m sandbox.pki make-pfx'; none without it",
        )
        parser.add_argument(
            "--past-teller",
            default="",
            help="command that knows past days, e.g. 'python -m sandbox.past'; no past without it",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("demo sign-ins have known passwords: not in production")
        if not options["show"]:
            chosen = DemoOptions(
                tuple(shlex.split(options["certificate_maker"])), tuple(shlex.split(options["past_teller"]))
            )
            for demo in list_demos():
                demo.seed(chosen)
        for demo in list_demos():
            for person in demo.sign_ins:
                self.stdout.write(f"  {person.role:<10} {person.email:<25} senha {PASSWORD}")
