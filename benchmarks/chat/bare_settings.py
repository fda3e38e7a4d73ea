"""The product's settings with one view and nothing before it: what the webhook is measured against."""

from config.settings import *  # noqa: F403 - settings are meant to be taken whole

ROOT_URLCONF = "benchmarks.chat.bare_urls"
MIDDLEWARE: list[str] = []
