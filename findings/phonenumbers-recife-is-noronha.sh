#!/usr/bin/env bash
# phonenumbers 9.0.43: the time zone of every mobile of Recife and its coast (area code 81) is that of Fernando de Noronha, an island
# of 3,000 people that shares the code, an hour ahead; that of mobiles of Santarém and Marabá (93, 94) is Manaus, an hour behind, the
# time that the west of Pará left in 2008. Who sends at 8 in the morning by it sends at 7 or at 9.
# Guessed: UTC-3 for all of them, as for the others of Pernambuco (87) and Pará (91).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43 tzdata==2026.6
"$dir/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

print("phonenumbers", version("phonenumbers"))
noon = datetime(2026, 11, 18, 12)
states = {"81": "Pernambuco", "87": "Pernambuco", "91": "Pará", "93": "Pará", "94": "Pará"}
seen = {}
for area_code, state in states.items():
    mobile = phonenumbers.parse(f"+55{area_code}999991234")
    assert phonenumbers.is_valid_number(mobile), "the sample is not valid"
    (zone,) = time_zones_for_number(mobile)
    seen[area_code] = f"{noon.replace(tzinfo=ZoneInfo(zone)):%z}"
    print(f"{area_code}, {state}: {zone}, UTC{seen[area_code]}")
assert seen == {"81": "-0200", "87": "-0300", "91": "-0300", "93": "-0400", "94": "-0400"}, "changed"
PY
