#!/usr/bin/env bash
# workalendar 17.0.0: Brazil's calendars know no holiday on 20 November, national since 2024 (Lei 14.759/2023),
# also not the one for banks; and Brazil has Easter Sunday, but not Good Friday, on which nobody works.
# Guessed: 20 November and Good Friday are holidays in all of them.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check workalendar==17.0.0
"$dir/venv/bin/python" - <<'PY'
from datetime import date
from importlib.metadata import version

from workalendar.america import Brazil, BrazilBankCalendar

print("workalendar", version("workalendar"))
seen = {
    "20 November 2026, Brazil": Brazil().is_working_day(date(2026, 11, 20)),
    "20 November 2026, banks": BrazilBankCalendar().is_working_day(date(2026, 11, 20)),
    "20 November 2025, Brazil": Brazil().is_working_day(date(2025, 11, 20)),
    "Good Friday 2026, Brazil": Brazil().is_working_day(date(2026, 4, 3)),
    "Good Friday 2026, banks": BrazilBankCalendar().is_working_day(date(2026, 4, 3)),
}
for day, works in seen.items():
    print(f"{day}: {'working day' if works else 'holiday'}")
assert list(seen.values()) == [True, True, True, True, False], "changed"
PY
