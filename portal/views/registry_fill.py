"""What the Receita says of a CNPJ, to fill a form with or to look at (A7, A13, A19, A20; R47, R55, R89).

A form that wants it writes, inside its <form>:

    {% include "portal/registry/_slot.html" with field=form.document %}

and loads portal/fill.js. When the field holds a whole CNPJ, the script asks `nfse:registry_fill` by POST
(R104). The answer polls itself by GET, which only reads, until the registry's state is final, and then
carries `data-fill`, a JSON object by field name (FILLED_NAMES). The script fills the empty inputs of those
names, marks them "da Receita", and offers a button that overwrites what was typed. A form without JavaScript
works all the same: nothing is required of it.

Another view, with other rights (the form of a company), calls `answer_fill` with its own address, and its
form passes that to the slot as `url`.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.documents import InvalidCnpj, is_cpf
from core.formatting import format_phone, format_postal_code
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from nfse.selectors.code_tables import label_cnae
from nfse.selectors.registry import read_registry
from nfse.services.registry import ask_registry
from registry.selectors.cities import find_city_of
from registry.values import RegistryRecord

RATE = "60/m"
LOOKUP_RATE_GROUP = "nfse.registry"
FILLED_NAMES = (
    "name",  # the legal name, for forms that have one name
    "legal_name",
    "trade_name",
    "street",
    "number",
    "complement",
    "district",
    "postal_code",
    "city",  # "Santa Maria - RS", the text of the combobox
    "city_code",  # IBGE, its value
    "phone",
    "email",
    "main_cnae",  # seven digits
    "main_cnae_text",  # "6201-5/01 Desenvolvimento…", the text of a combobox
    "secondary_cnaes",  # separated by commas
    "opening_date",  # AAAA-MM-DD
)


def fill_values(record: RegistryRecord) -> dict[str, str]:
    """Return what a form may take over, by the names of FILLED_NAMES; what is not known is left out."""
    city = find_city_of(record)
    values = {
        "name": record.legal_name,
        "legal_name": record.legal_name,
        "trade_name": record.trade_name,
        "street": record.street,
        "number": record.number,
        "complement": record.complement,
        "district": record.district,
        "postal_code": format_postal_code(record.postal_code),
        "city": city.label if city else "",
        "city_code": city.ibge_code if city else "",
        "phone": format_phone(record.phones[0]) if record.phones else "",
        "email": record.email,
        "main_cnae": record.main_cnae,
        "main_cnae_text": label_cnae(record.main_cnae) if record.main_cnae else "",
        "secondary_cnaes": ", ".join(record.other_cnaes),
        "opening_date": record.opening_date.isoformat() if record.opening_date else "",
    }
    return {name: value for name, value in values.items() if value}


def answer_fill(request: HttpRequest, url: str) -> HttpResponse:
    """Answer the fragment for `cnpj`: a POST asks the registry, a GET only reads (R104).

    `url` is the view's own address, which the fragment reads until the answer is there.
    """
    is_asking = request.method == "POST"
    values = request.POST if is_asking else request.GET
    typed = values.get("cnpj", "")[:40].replace("\x00", "")
    context: dict[str, Any] = {}
    try:
        answer = ask_registry(typed) if is_asking else read_registry(typed)
    except InvalidCnpj as error:
        context["problem"] = "" if is_cpf(typed) or not typed.strip() else error.message
    else:
        context["answer"] = answer
        if answer:
            context["poll_url"] = f"{url}?{urlencode({'cnpj': answer.cnpj})}"
        if answer and answer.is_known and answer.record:
            context["fill"] = json.dumps(fill_values(answer.record), ensure_ascii=False)
    return render(request, "portal/registry/_fill.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.SEE_COMPANIES)
@rate_limited(LOOKUP_RATE_GROUP, key="account", rate=RATE, closed_when_down=False)
def registry_fill(request: FirmRequest) -> HttpResponse:
    return answer_fill(request, reverse("nfse:registry_fill"))
