#!/usr/bin/env bash
# dateparser 1.5.0: "15h30", the way Brazil writes half past three, is fifteen hours from now: "5/10/2026 às 15h30" is yesterday evening
# and the date is lost; "amanhã às 15h30" is this hour of tomorrow and fifteen more, in the night of the day after. "15:30" is right.
# Guessed: 15:30 of the day that is named, or nothing.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$dir/venv/bin/python" -W ignore - <<'PY'
from datetime import datetime
from importlib.metadata import version

import dateparser

print("dateparser", version("dateparser"))
settings = {"RELATIVE_BASE": datetime(2026, 11, 22, 12)}
seen = {}
for text in ("15:30", "15h30", "5/10/2026 às 15:30", "5/10/2026 às 15h30", "amanhã às 15:30", "amanhã às 15h30"):
    seen[text] = f"{dateparser.parse(text, languages=['pt'], settings=settings):%Y-%m-%d %H:%M}"
    print(f"at noon of 22 November 2026, {text}: {seen[text]}")
assert list(seen.values()) == [
    "2026-11-22 15:30",
    "2026-11-21 21:00",
    "2026-10-05 15:30",
    "2026-11-21 21:00",
    "2026-11-23 15:30",
    "2026-11-24 03:00",
], "changed"
PY
