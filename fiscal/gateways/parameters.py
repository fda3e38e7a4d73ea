"""What the ADN says of a city: its agreement with the national system, and its ISS rates (contract 3).

Only well-formed answers are kept, for 24 hours; a failure is "unknown", never yesterday's answer, and never
stops a note: the caller warns and lets SEFIN decide.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import structlog
from django.core.cache import cache

from core.errors import ProviderError
from core.ratelimit import CACHE_DOWN
from fiscal.documents.amounts import read_decimal
from fiscal.documents.tables import get_services
from fiscal.enumerations import Environment
from fiscal.gateways.base import Recorder
from fiscal.gateways.national.client import PARAMETERS, Answer, NationalClient
from fiscal.gateways.national.endpoints import get_endpoints
from fiscal.gateways.national.tls import identity_of
from fiscal.values import CityParameters, LoadedCertificate, NoteSnapshot

logger = structlog.get_logger(__name__)

KEEP_SECONDS = 24 * 60 * 60
RENEW_SECONDS = 12 * 60 * 60
"""A job that renews what is kept asks again for what is older, so that it never lapses."""
AGREEMENT = "/{city}/convenio"
RATE = "/{city}/{service}/{day}/aliquota"
LATEST_RATE = "/{city}/{service}/latest"
"""Not a route: where the last answer about any day is kept, as a rate is in force for years."""


@dataclass(frozen=True)
class Agreement:
    """A city's agreement. Each switch is None when the service says neither yes nor no (-1 was seen)."""

    exists: bool
    shares_notes: bool | None = None
    uses_national_issuer: bool | None = None


class ParametersGateway:
    """Asks the ADN about cities, with any company's certificate.

    Without a certificate it asks nobody and tells what is kept: that is how a web request uses it (R55).
    """

    def __init__(
        self,
        *,
        environment: Environment | str,
        certificate: LoadedCertificate | None,
        record: Recorder | None = None,
        max_age: float = KEEP_SECONDS,
    ) -> None:
        self._max_age = max_age
        endpoints = get_endpoints(Environment(environment), "")
        self._base_url = endpoints.parameters_url
        self._client = (
            NationalClient(PARAMETERS, self._base_url, identity_of(certificate), record)
            if certificate
            else None
        )

    def find_agreement(self, city_code: str) -> Agreement | None:
        """Return the agreement of a city (IBGE code); None when it is not known now."""
        body = self._ask("agreement", AGREEMENT, city=city_code)
        return read_agreement(body) if body is not None else None

    def find_rate(self, city_code: str, service_code: str, competence: date) -> Decimal | None:
        """Return the ISS rate in percent in force on a day; None when the city states none or is not known.

        Args:
            service_code: nine digits with dots, from `service_code`.
        """
        body = self._ask_rate(city_code, service_code, competence)
        return read_rate(body, service_code, competence) if body is not None else None

    def find_parameters(self, snapshot: NoteSnapshot) -> CityParameters:
        """Return what is known of the cities of a note, for `check_snapshot`. Never raises ProviderError."""
        code = service_code(snapshot.service.ctribnac, snapshot.service.ctribmun)
        return self.find_for(
            snapshot.issuer.city_code, incidence_city(snapshot), code, snapshot.competence_date
        )

    def find_for(self, own_city: str, city: str, service_code: str, day: date) -> CityParameters:
        """Return the same of the issuer's city and the one that receives the ISS ("" when it is unknown)."""
        own = self.find_agreement(own_city)
        other = own if city == own_city else self.find_agreement(city) if city else None
        is_active = other.exists and other.shares_notes if other else None
        return CityParameters(
            agreement_exists=own.exists if own else None,
            agreement_active=(own.exists and own.shares_notes) if own else None,
            uses_national_issuer=own.uses_national_issuer if own else None,
            incidence_agreement_active=is_active,
            rate=self.find_rate(city, service_code, day) if is_active else None,
        )

    def is_kept(self, snapshot: NoteSnapshot) -> bool:
        """Return whether nothing is left to ask about the cities of a note."""
        city = incidence_city(snapshot)
        for code in {snapshot.issuer.city_code, city} - {""}:
            if self._find_kept(AGREEMENT.format(city=code)) is None:
                return False
        if not city or not (agreement := self.find_agreement(city)) or not agreement.shares_notes:
            return True
        code = service_code(snapshot.service.ctribnac, snapshot.service.ctribmun)
        return self._find_kept_rate(city, code, snapshot.competence_date) is not None

    def _ask_rate(self, city: str, service: str, day: date) -> Mapping[str, Any] | None:
        if self._client is None:
            return self._find_kept_rate(city, service, day)
        body = self._ask("rate", RATE, city=city, service=service, day=day.isoformat())
        if body is not None:
            self._keep(LATEST_RATE.format(city=city, service=service), body)
        return body

    def _find_kept_rate(self, city: str, service: str, day: date) -> Mapping[str, Any] | None:
        """Return the answer about a day, or one about another day whose rate is in force on this one too."""
        exact = self._find_kept(RATE.format(city=city, service=service, day=day.isoformat()))
        if exact is not None:
            return exact
        latest = self._find_kept(LATEST_RATE.format(city=city, service=service))
        return latest if latest is not None and read_rate(latest, service, day) is not None else None

    def _ask(self, operation: str, template: str, **parts: str) -> Mapping[str, Any] | None:
        """Return a well-formed answer, kept or fresh; None for anything else."""
        kept = self._find_kept(template.format(**parts))
        if kept is not None or self._client is None:
            return kept
        try:
            answer = self._client.read(operation, template, **parts)
        except ProviderError as error:
            logger.warning("city_parameters_unknown", operation=operation, reason=type(error).__name__)
            return None
        if not is_well_formed(answer):
            logger.warning("city_parameters_unknown", operation=operation, status=answer.status)
            return None
        body: Mapping[str, Any] = answer.body
        self._keep(template.format(**parts), body)
        return body

    def _find_kept(self, path: str) -> Mapping[str, Any] | None:
        try:
            kept = cache.get(self._key(path))
        except CACHE_DOWN:
            return None
        if not isinstance(kept, Mapping) or time.time() - kept["at"] > self._max_age:
            return None
        body: Mapping[str, Any] = kept["body"]
        return body

    def _keep(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            cache.set(self._key(path), {"at": time.time(), "body": body}, timeout=KEEP_SECONDS)
        except CACHE_DOWN as error:
            logger.warning("city_parameters_unkept", reason=type(error).__name__)

    def _key(self, path: str) -> str:
        return f"adn-parameters:{self._base_url}{path}"


def is_well_formed(answer: Answer) -> bool:
    """Return whether an answer says something: 200, or the 404 that names what the city does not have.

    A 404 without that envelope, a page and a problem of ASP.NET say nothing.
    """
    if answer.status not in {200, 404} or not isinstance(answer.body, Mapping):
        return False
    for name in ("parametrosConvenio", "aliquotas"):
        if name in answer.body:
            value = answer.body[name]
            return isinstance(value, Mapping) if answer.status == 200 else not value
    return False


def read_agreement(body: Mapping[str, Any]) -> Agreement:
    """Read the answer of the agreement route; null means that the city has none."""
    found = body.get("parametrosConvenio")
    if not isinstance(found, Mapping):
        return Agreement(exists=False, shares_notes=False, uses_national_issuer=False)
    return Agreement(
        exists=True,
        shares_notes=_switch(found.get("aderenteAmbienteNacional")),
        uses_national_issuer=_switch(found.get("aderenteEmissorNacional")),
    )


def read_rate(body: Mapping[str, Any], service_code: str, day: date) -> Decimal | None:
    """Return the rate of a service that was in force on a day; None when there is none."""
    rates = body.get("aliquotas")
    rows = rates.get(service_code) if isinstance(rates, Mapping) else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and _is_in_force(row, day):
            return read_decimal(str(row.get("Aliq")))
    return None


def service_code(ctribnac: str, ctribmun: str = "") -> str:
    """Return II.SS.DD.CCC, the only spelling that the routes take."""
    return f"{ctribnac[:2]}.{ctribnac[2:4]}.{ctribnac[4:6]}.{ctribmun.zfill(3)[-3:]}"


def incidence_city(snapshot: NoteSnapshot) -> str:
    """Return the city that receives the ISS by the national list; empty when it is the unknown taker's."""
    service = get_services().get(snapshot.service.ctribnac)
    if service is None or service.incidence == "EP":
        return snapshot.issuer.city_code
    if service.incidence == "ET":
        return snapshot.taker.address.city_code if snapshot.taker and snapshot.taker.address else ""
    return snapshot.service.place_city_code


def _switch(value: object) -> bool | None:
    return {1: True, 0: False}.get(value) if isinstance(value, int) else None


def _is_in_force(row: Mapping[str, Any], day: date) -> bool:
    if str(row.get("Incidencia", "SIM")).upper() != "SIM":
        return False
    start, end = str(row.get("DtIni") or "")[:10], str(row.get("DtFim") or "")[:10]
    return start <= day.isoformat() and (not end or day.isoformat() <= end)
