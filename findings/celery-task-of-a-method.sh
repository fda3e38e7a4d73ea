#!/usr/bin/env bash
# A Celery task made of a bound method registers and runs, but nobody can send it: `self` counts as a missing argument. Beat
# logs it at each tick and goes on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check celery==5.7.0

"$folder/venv/bin/python" - <<'PYTHON'
from celery import Celery


class Report:
    def start(self):
        return "sent"


app = Celery(broker="memory://", backend="cache+memory://")
task = app.task(name="report")(Report().start)

ran = task()
try:
    task.apply_async()
    sent = "sent"
except TypeError as error:
    sent = str(error)
print(f"called:  {ran}")
print(f"sent:    {sent}")
assert ran == "sent"
assert "missing 1 required positional argument: 'self'" in sent, "Celery sends it now"
PYTHON
