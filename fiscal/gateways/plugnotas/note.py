"""A snapshot in the vendor's words (section 4): what it does not say is left out, never invented (R87)."""

import json
from decimal import Decimal
from typing import Any

from fiscal.documents.clock import SAO_PAULO
from fiscal.documents.retentions import CONTRIBUTIONS, rates_by_tax, withheld_by_tax, withholding_base
from fiscal.documents.texts import DESCRIPTION_LIMIT, EXTRA_LIMIT, clean_code, clean_digits, clean_text
from fiscal.enumerations import IssTreatment
from fiscal.gateways.base import Allocation
from fiscal.gateways.parameters import incidence_city
from fiscal.values import Address, FederalRates, FederalTaxes, IbsCbs, NoteSnapshot, Service, Taker

_TREATMENTS = {IssTreatment.IMMUNE: 2, IssTreatment.NOT_INCIDENT: 3, IssTreatment.EXPORT: 4}
_EXIGIBILITIES = {
    IssTreatment.TAXABLE: 1,
    IssTreatment.NOT_INCIDENT: 2,
    IssTreatment.EXPORT: 4,
    IssTreatment.IMMUNE: 5,
}
WITHHELD, INSIDE, OUTSIDE = 5, 6, 7
_STREET_KINDS = frozenset(
    {"rua", "avenida", "av", "alameda", "travessa", "praça", "rodovia", "estrada", "largo", "viela", "beco"}
)


def build_note(snapshot: NoteSnapshot, allocation: Allocation) -> bytes:
    """Return the body of POST /nfse: an array with one element; the same input gives the same bytes."""
    body = [_note(snapshot, allocation)]
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _note(snapshot: NoteSnapshot, allocation: Allocation) -> dict[str, Any]:
    issued_at = allocation.issued_at.astimezone(SAO_PAULO)
    note: dict[str, Any] = {
        "idIntegracao": allocation.integration_id,
        "enviarEmail": False,
        "rps": {
            "dataEmissao": issued_at.strftime("%Y-%m-%dT%H:%M:%S"),
            "competencia": snapshot.competence_date.isoformat(),
        },
        "prestador": {"cpfCnpj": clean_code(snapshot.issuer.document)},
        "servico": [_service(snapshot)],
    }
    if snapshot.taker:
        note["tomador"] = _taker(snapshot.taker)
    if snapshot.service.place_city_code != snapshot.issuer.city_code:
        note["cidadePrestacao"] = _place(snapshot.service)
    if snapshot.substitutes:
        note["substituicao"] = True
        note["idNotaSubstituida"] = allocation.replaces_id or snapshot.substitutes.access_key
    if snapshot.service.extra_information:
        note["informacoesComplementares"] = clean_text(snapshot.service.extra_information, EXTRA_LIMIT)
    if snapshot.ibs_cbs:
        note["ibscbs"] = _ibs_cbs(snapshot.ibs_cbs)
    return note


def _service(snapshot: NoteSnapshot) -> dict[str, Any]:
    service = snapshot.service
    found: dict[str, Any] = {
        "codigo": clean_code(service.ctribnac),
        "codigoTributacao": clean_code(service.ctribmun),
        "cnae": clean_code(service.cnae or snapshot.issuer.main_cnae),
        "discriminacao": clean_text(service.description, DESCRIPTION_LIMIT),
        "codigoCidadeIncidencia": incidence_city(snapshot),
        "iss": _iss(snapshot),
        "valor": _present(
            servico=_number(snapshot.amount),
            descontoIncondicionado=_number(snapshot.discount_unconditional),
            descontoCondicionado=_number(snapshot.discount_conditional),
        ),
    }
    if snapshot.federal and (withheld := _withheld(snapshot, snapshot.federal)):
        found["retencao"] = withheld
    return _present(**found)


def _iss(snapshot: NoteSnapshot) -> dict[str, Any]:
    return _present(
        tipoTributacao=_treatment(snapshot),
        exigibilidade=_EXIGIBILITIES[snapshot.iss_treatment],
        retido=snapshot.withheld,
        aliquota=_number(snapshot.iss_rate),
        tipoImunidade=snapshot.immunity_kind,
    )


def _treatment(snapshot: NoteSnapshot) -> int:
    if snapshot.iss_treatment in _TREATMENTS:
        return _TREATMENTS[snapshot.iss_treatment]
    if snapshot.withheld:
        return WITHHELD
    return INSIDE if incidence_city(snapshot) == snapshot.issuer.city_code else OUTSIDE


def _withheld(snapshot: NoteSnapshot, federal: FederalTaxes) -> dict[str, Any]:
    """Each tax on its own, where its rate is known: the vendor sums the contributions itself.

    The company's own PIS and COFINS are no retention, and the shape of the vendor's field for them
    (`apuracaoPropria`) is not known.
    """
    by_tax = _by_rate(snapshot, federal, federal.rates) if federal.rates else _by_amount(federal)
    code = None if federal.withholding is None else str(federal.withholding)
    return _present(**by_tax, tipoRetencaoPisCofinsCSLL=code)


def _by_rate(snapshot: NoteSnapshot, federal: FederalTaxes, rates: FederalRates) -> dict[str, Any]:
    base, chosen = withholding_base(snapshot), rates_by_tax(rates)
    return {
        name: _present(
            cst=federal.pis_cofins_cst if name in {"pis", "cofins"} else None,
            aliquota=_number(chosen[name]),
            baseCalculo=_number(base) if name in CONTRIBUTIONS else None,
            valor=_number(amount),
        )
        for name, amount in withheld_by_tax(rates, base).items()
    }


def _by_amount(federal: FederalTaxes) -> dict[str, Any]:
    amounts = {"csll": federal.csll_withheld, "inss": federal.inss_withheld, "irrf": federal.irrf_withheld}
    return {name: {"valor": _number(amount)} for name, amount in amounts.items() if amount}


def _taker(taker: Taker) -> dict[str, Any]:
    return _present(
        cpfCnpj=clean_code(taker.document),
        razaoSocial=clean_text(taker.name, 150),
        inscricaoMunicipal=taker.municipal_registration,
        email=taker.email,
        telefone=build_phone(taker.phone),
        endereco=build_address(taker.address),
    )


def build_phone(text: str) -> dict[str, str] | None:
    """Return area code and number of a Brazilian phone; None when there is none to tell apart."""
    digits = clean_digits(text).removeprefix("55") if text.startswith("+55") else clean_digits(text)
    return {"ddd": digits[:2], "numero": digits[2:]} if len(digits) in {10, 11} else None


def build_address(address: Address | None) -> dict[str, str] | None:
    """Return a complete address; an incomplete one is left out whole."""
    if address is None or not all(
        (address.street, address.number, address.district, address.city_code, address.uf, address.postal_code)
    ):
        return None
    kind, _, rest = address.street.partition(" ")
    has_kind = kind.rstrip(".").casefold() in _STREET_KINDS and bool(rest)
    found = _present(
        tipoLogradouro=kind.rstrip(".").capitalize() if has_kind else None,
        logradouro=rest if has_kind else address.street,
        numero=address.number,
        complemento=address.complement,
        bairro=address.district,
        codigoCidade=address.city_code,
        descricaoCidade=address.city_name,
        estado=address.uf,
        cep=clean_digits(address.postal_code, 8),
    )
    return {name: str(value) for name, value in found.items()}


def _place(service: Service) -> dict[str, Any]:
    return _present(codigo=service.place_city_code, descricao=service.place_city_name)


def _ibs_cbs(group: IbsCbs) -> dict[str, Any]:
    return {
        "codigoOperacao": group.cindop,
        "valores": {"tributacao": {"cst": group.cst, "cct": group.cclasstrib}},
    }


def _number(value: Decimal | None) -> float | None:
    """Two decimals survive a float, which is what JSON has."""
    return None if value is None else float(value)


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
