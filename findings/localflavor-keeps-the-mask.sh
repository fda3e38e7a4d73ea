#!/usr/bin/env bash
# django-localflavor 5.1 on Django 5.2.19: BRCNPJField (form and model) turns letters to upper case but keeps the mask as it was typed,
# so "12ABC34501DE35" and "12.ABC.345/01DE-35", one company, are two values: a unique column takes both, a search finds one.
# Guessed: who validates and upper-cases also strips, as the field's check needs the bare characters.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19 django-localflavor==5.1
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connection, models
from localflavor.br.models import BRCNPJField


class Company(models.Model):
    cnpj = BRCNPJField(unique=True)

    class Meta:
        app_label = "finding"


print("django-localflavor", version("django-localflavor"), "Django", version("django"))
with connection.schema_editor() as editor:
    editor.create_model(Company)
for typed in ("12ABC34501DE35", "12.abc.345/01de-35"):
    company = Company(cnpj=Company._meta.get_field("cnpj").formfield().clean(typed))
    company.full_clean()
    company.save()
stored = list(Company.objects.order_by("pk").values_list("cnpj", flat=True))
print(stored)
assert stored == ["12ABC34501DE35", "12.ABC.345/01DE-35"], "changed"
PY
