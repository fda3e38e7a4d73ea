#!/usr/bin/env bash
# @kapso/whatsapp-cloud-api 0.3.0 (npm): normalizeWebhook makes one list of the messages of a delivery and keeps one number for all of
# them, the last: a message to the first number stands under the second one's phoneNumberId and says nothing of its own. One app may
# serve the numbers of several businesses, and a POST has entries of several.
# Guessed: each message says to which number it came.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent @kapso/whatsapp-cloud-api@0.3.0
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { normalizeWebhook } from "@kapso/whatsapp-cloud-api/server";

const meta = "node_modules/@kapso/whatsapp-cloud-api/package.json";
console.log("@kapso/whatsapp-cloud-api", JSON.parse(readFileSync(meta)).version);
const message = (text) => ({
  from: "5547990005678",
  from_user_id: "BR.1",
  id: `wamid.${text}`,
  timestamp: "1795348850",
  type: "text",
  text: { body: text },
});
const entry = (business, number, text) => ({
  id: business,
  changes: [
    {
      field: "messages",
      value: {
        messaging_product: "whatsapp",
        metadata: { display_phone_number: `554799000${number}`, phone_number_id: number },
        contacts: [{ profile: { name: "Ana" }, wa_id: "5547990005678", user_id: "BR.1" }],
        messages: [message(text)],
      },
    },
  ],
});
const events = normalizeWebhook({
  object: "whatsapp_business_account",
  entry: [entry("1", "1111", "to the bakery"), entry("2", "2222", "to the garage")],
});
const texts = events.messages.map((one) => one.text.body);
const told = events.messages.filter((one) => /1111|2222/.test(JSON.stringify(one)));
console.log(`messages ${JSON.stringify(texts)}, number ${events.phoneNumberId}, messages that say theirs: ${told.length}`);
assert.deepEqual([texts, events.phoneNumberId, told.length], [["to the bakery", "to the garage"], "2222", 0], "changed");
JS
node look.mjs
