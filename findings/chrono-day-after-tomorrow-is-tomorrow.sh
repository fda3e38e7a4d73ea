#!/usr/bin/env bash
# chrono-node 2.10.3 (npm), its Portuguese: "depois de amanhã", the day after tomorrow, is tomorrow; "amanhã às 15h30" is tomorrow
# without the time (Brazil writes hours with an h; "15:30" is read); "daqui a 2 dias", in two days, is 2 o'clock of the same day, and
# the hour counts as certain.
# Guessed: 20 November, 15:30, 20 November, or nothing for what it does not know.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent chrono-node@2.10.3
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { strict as assert } from "node:assert";
import { pt } from "chrono-node";

console.log("chrono-node", JSON.parse(readFileSync("node_modules/chrono-node/package.json")).version);
const now = new Date(2026, 10, 18, 10, 0);
const texts = ["amanhã", "depois de amanhã", "amanhã às 15:30", "amanhã às 15h30", "daqui a 2 dias"];
const seen = texts.map((text) =>
  pt.parse(text, now).map(({ start, text: taken }) => [
    taken,
    start.get("day"),
    start.isCertain("hour") ? `${start.get("hour")}:${start.get("minute")}` : "no hour",
  ]),
);
texts.forEach((text, at) => console.log(`${text}:`, seen[at]));
assert.deepEqual(
  seen,
  [
    [["amanhã", 19, "no hour"]],
    [["amanhã", 19, "no hour"]],
    [["amanhã às 15:30", 19, "15:30"]],
    [["amanhã", 19, "no hour"]],
    [["a 2", 18, "2:0"]],
  ],
  "changed",
);
JS
node look.mjs
