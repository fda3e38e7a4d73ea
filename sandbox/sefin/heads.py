"""The fields that every answer begins with."""

from typing import Any

from sandbox.sefin.environments import Clock, Environment, stamp

APPLICATION = "SefinNacional_1.6.0"


def head(environment: Environment, clock: Clock) -> dict[str, Any]:
    """Begin an answer of SEFIN (national.md §2)."""
    return {
        "tipoAmbiente": int(environment.tp_amb),
        "versaoAplicativo": APPLICATION,
        "dataHoraProcessamento": stamp(clock.now()),
    }


def adn_head(environment: Environment, clock: Clock, status: str) -> dict[str, Any]:
    """Begin an answer of the ADN (national.md §2.4)."""
    return {
        "StatusProcessamento": status,
        "LoteDFe": [],
        "Alertas": [],
        "Erros": [],
        "TipoAmbiente": environment.adn_name,
        "VersaoAplicativo": APPLICATION,
        "DataHoraProcessamento": stamp(clock.now()),
    }
