#!/usr/bin/env bash
# stripe 16.1.0: objects without content are true and equal nothing: `if session.metadata:` holds for an empty metadata, and metadata
# that holds {"order": "7"} is not equal to that dict. Neither raises an error, other than .get() and .items(), which say that the
# objects are no dicts any more. With stripe 14.0.0 the same lines gave False and True.
# Guessed: the new objects keep truth and equality, or refuse them as they refuse .get().
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cat >"$dir/look.py" <<'PY'
import sys
from importlib.metadata import version

import stripe


def session(metadata):
    content = {"id": "cs_1", "object": "checkout.session", "currency": "brl", "metadata": metadata}
    return stripe.checkout.Session.construct_from(content, "none")


seen = [bool(session({}).metadata), session({"order": "7"}).metadata == {"order": "7"}]
print("stripe", version("stripe"), "- empty metadata is", seen[0], "- equal to its dict:", seen[1])
assert str(seen) == sys.argv[1], "changed"
PY
python3 -m venv "$dir/venv"
for release in "14.0.0 [False, True]" "16.1.0 [True, False]"; do
  "$dir/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile "stripe==${release%% *}"
  "$dir/venv/bin/python" "$dir/look.py" "${release#* }"
done
