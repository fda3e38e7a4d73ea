"""Companies for CNPJs that nobody of the invented world has: with them any right CNPJ is in the registry.

Off unless SANDBOX_STRANGERS=1, or the control API says so: searches for companies must be able to miss.
"""

import os
from typing import Any

from sandbox.world import World
from sandbox.world.numbers import between, digest, is_cnpj, pick
from sandbox.world.registry import ACTIVE, Company

PORTO_ALEGRE = "4314902"
_FIRST = (
    "CLÍNICA BEM VIVER",
    "PADARIA SOL",
    "MERCADO AURORA",
    "ESCOLA HORIZONTE",
    "OFICINA DO BAIRRO",
    "HOTEL SERRANO",
)
_SECOND = ("COMERCIO", "SERVICOS", "ASSOCIADOS", "DO SUL", "CENTRAL", "E FILHOS")
_STREETS = ("DAS FLORES", "DA PRAIA", "SETE DE SETEMBRO", "DOS IPES", "CENTRAL")


class Strangers:
    """Whether the registry knows everybody, and the status that single CNPJs were given."""

    def __init__(self) -> None:
        self.clear()

    def plan(self, known: bool | None = None, statuses: dict[str, str] | None = None) -> None:
        """Change what is given: `statuses` maps a CNPJ to a code of the Receita, "" for unknown there."""
        if known is not None:
            self.are_known = known
        self._statuses.update(statuses or {})

    def clear(self) -> None:
        """Forget what was planned."""
        self.are_known = os.environ.get("SANDBOX_STRANGERS", "") == "1"
        self._statuses: dict[str, str] = {}

    def find(self, cnpj: str, world: World) -> Company | None:
        """Return the company of a right CNPJ, the same for every question."""
        status = self._statuses.get(cnpj, ACTIVE)
        if not self.are_known or not status or not is_cnpj(cnpj):
            return None
        city = world.catalog.find_city(PORTO_ALEGRE)
        first, second = pick(_FIRST, "stranger", cnpj), pick(_SECOND, "stranger kind", cnpj)
        name = f"{first} {second} {digest(cnpj) % 900 + 100} LTDA"
        return Company(
            cnpj=cnpj,
            legal_name=name,
            trade_name="",
            status=status,
            status_date="20190311",
            status_reason="00" if status == ACTIVE else "01",
            opened_on="20190311",
            main_cnae="6202300",
            other_cnaes=(),
            street_type="RUA",
            street=pick(_STREETS, "stranger street", cnpj),
            number=str(between(10, 2999, "stranger number", cnpj)),
            complement="",
            district="CENTRO",
            postal_code="90010000",
            uf="RS",
            siafi_code=city.siafi_code if city else "8801",
            city=city,
            phones=(),
            email="",
        )

    def as_json(self) -> dict[str, Any]:
        return {"known": self.are_known, "statuses": dict(self._statuses)}
