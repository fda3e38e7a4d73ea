#!/usr/bin/env bash
# pywa 4.5.0 hands on the first message of a delivery of the Cloud API and drops the others, those of the same change and those of
# other changes, and answers 200, so that WhatsApp does not send them again. After an outage several of a person come in one POST.
# Guessed: the handler of messages runs once for each message.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pywa==4.5.0
"$dir/venv/bin/python" -W ignore - <<'PY'
import json
import time
from importlib.metadata import version

from pywa import WhatsApp

print("pywa", version("pywa"))
client = WhatsApp(phone_id="111", token="none", server=None)
read = []


@client.on_message
def read_message(_client, message):
    read.append(message.text)


def message(text):
    sender = {"from": "5547990005678", "from_user_id": "BR.1"}
    return {**sender, "id": f"wamid.{text}", "timestamp": "1795348850", "type": "text", "text": {"body": text}}


def delivered(*changes):
    """The answer to a POST with these texts, a list for each change, and the texts that the handler got."""
    head = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "5547990001234", "phone_number_id": "111"},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": "5547990005678", "user_id": "BR.1"}],
    }
    values = [{**head, "messages": [message(text) for text in texts]} for texts in changes]
    entry = {"id": "1", "changes": [{"field": "messages", "value": value} for value in values]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]})
    read.clear()
    answer = client.webhook_update_handler(body.encode())
    time.sleep(0.3)
    return answer, list(read)


seen = {
    "alone": delivered(["nota de 100"]),
    "two of a change": delivered(["nota de 200", "para a Padaria"]),
    "two changes": delivered(["nota de 300"], ["para a Oficina"]),
}
for case, (answer, texts) in seen.items():
    print(f"{case}: answered {answer}, handled {texts}")
assert seen == {
    "alone": (("ok", 200), ["nota de 100"]),
    "two of a change": (("ok", 200), ["nota de 200"]),
    "two changes": (("ok", 200), ["nota de 300"]),
}, "changed"
PY
