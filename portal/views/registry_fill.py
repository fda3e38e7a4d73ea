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
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.documents import InvalidCnpj, is_cpf, normalize_cnpj
from core.formatting import format_phone, format_postal_code
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.permissions import Right
from nfse.selectors.code_tables import label_cnae
from registry.models import CnpjRecord
from registry.selectors.cities import find_city_of
from registry.selectors.lookups import find_cnpj_record
from registry.services.lookups import is_fresh, request_cnpj
from registry.values import BLOCKING_STATUSES, DOUBTFUL_STATUSES, RegistryRecord

RATE = "60/m"
LOOKUP_RATE_GROUP = "nfse.registry"
SIZES = {"01": "Microempresa", "03": "Empresa de pequeno porte", "05": "Demais portes"}
SOURCES = {
    "open_data": "dados abertos da Receita Federal",
    "brasilapi": "Receita Federal, pela BrasilAPI",
    "viper": "Receita Federal, por serviço de consulta",
}
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


@dataclass(frozen=True)
class RegistryAnswer:
    """What is known of a CNPJ now. `record` may be older data while newer ones are on their way."""

    cnpj: str
    state: str
    record: RegistryRecord | None
    fetched_at: datetime | None
    is_doubted: bool = False
    """One source does not know it and another did not answer: less than a denial (R47), more than silence."""

    can_be_asked: bool = False
    """There is no answer, or an old one: asking would have it looked up."""

    @property
    def is_pending(self) -> bool:
        return self.state == CnpjRecord.State.PENDING

    @property
    def is_known(self) -> bool:
        return self.record is not None and not self.is_pending

    @property
    def tone(self) -> str:
        """Of the badge of the situação."""
        status = self.record.status if self.record else ""
        if status in BLOCKING_STATUSES:
            return "danger"
        return "warning" if status in DOUBTFUL_STATUSES else "success"

    @property
    def is_blocking(self) -> bool:
        """NULA or BAIXADA: no note can be made out to it (N9)."""
        return self.tone == "danger"

    @property
    def is_doubtful(self) -> bool:
        """SUSPENSA or INAPTA: the person is asked (N9)."""
        return self.tone == "warning"

    @property
    def source_name(self) -> str:
        return SOURCES.get(self.record.source, self.record.source) if self.record else ""

    @property
    def size_name(self) -> str:
        return SIZES.get(self.record.size, "") if self.record else ""

    @property
    def cnae(self) -> str:
        return label_cnae(self.record.main_cnae) if self.record and self.record.main_cnae else ""

    @property
    def regime(self) -> str:
        """What the source says of the Simples; a hint, never a default (R87)."""
        if self.record and self.record.is_mei:
            return "Optante pelo Simples Nacional como MEI"
        return "Optante pelo Simples Nacional" if self.record and self.record.is_simples else ""


def ask_registry(cnpj: str) -> RegistryAnswer:
    """Have a CNPJ looked up if need be, and return what is known now. Raises InvalidCnpj."""
    return describe_record(request_cnpj(cnpj=cnpj))


def read_registry(cnpj: str) -> RegistryAnswer | None:
    """Return what is known of a CNPJ (masked or not) without asking anybody. Raises InvalidCnpj."""
    row = find_cnpj_record(normalize_cnpj(cnpj))
    return describe_record(row) if row else None


def describe_record(row: CnpjRecord) -> RegistryAnswer:
    is_doubted = row.state == CnpjRecord.State.UNKNOWN and bool(row.silent_sources)
    can_be_asked = row.state != CnpjRecord.State.PENDING and not is_fresh(row)
    return RegistryAnswer(row.cnpj, row.state, row.record, row.fetched_at, is_doubted, can_be_asked)


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
