"""Load cities, activities and niches."""

from typing import Any

from django.core.management.base import BaseCommand

from leads.services.catalog import load_catalogs


class Command(BaseCommand):
    help = "Loads cities, activities and niches; running it again changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        counts = load_catalogs()
        self.stdout.write(
            f"{counts.cities} cities, {counts.cnaes} activities, "
            f"{counts.niches} niches with {counts.aliases} aliases."
        )
