"""A DPS before the judges: what it says, who sent it, and what SEFIN knows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from sandbox.sefin.book import Book, CityEntry
from sandbox.sefin.documents import Node
from sandbox.sefin.environments import Environment
from sandbox.sefin.peers import Peer
from sandbox.sefin.signatures import Checked
from sandbox.sefin.store import Store
from sandbox.sefin.tables import Service, Tables

MEI, SIMPLES, NORMAL = "2", "3", "1"


@dataclass
class Case:
    node: Node  # infDPS
    version: str
    environment: Environment
    now: datetime
    checked: Checked
    signer: Peer | None
    book: Book
    tables: Tables
    store: Store

    def text(self, path: str) -> str:
        return self.node.text(path)

    def has(self, path: str) -> bool:
        return self.node.has(path)

    def amount(self, path: str) -> Decimal:
        return self.node.amount(path)

    @cached_property
    def provider(self) -> str:
        return self.text("prest/CNPJ") or self.text("prest/CPF")

    @cached_property
    def taker(self) -> str:
        return self.text("toma/CNPJ") or self.text("toma/CPF") or self.text("toma/NIF")

    @cached_property
    def city(self) -> str:
        return self.text("cLocEmi")

    @cached_property
    def regime(self) -> str:
        return self.text("prest/regTrib/opSimpNac")

    @property
    def is_mei(self) -> bool:
        return self.regime == MEI

    @cached_property
    def service(self) -> Service | None:
        return self.tables.services.get(self.text("serv/cServ/cTribNac"))

    @cached_property
    def taxation(self) -> str:
        return self.text("valores/trib/tribMun/tribISSQN")

    @property
    def withholds(self) -> bool:
        return self.text("valores/trib/tribMun/tpRetISSQN") in ("2", "3")

    @cached_property
    def value(self) -> Decimal:
        return self.amount("valores/vServPrest/vServ")

    @cached_property
    def competence(self) -> str:
        return self.text("dCompet")

    @cached_property
    def incidence_city(self) -> str:
        """Return the city that the ISS is due to, "" when it is abroad (national.md §5.5)."""
        rule = self.service.incidence if self.service else "EP"
        if rule == "LP":
            return self.text("serv/locPrest/cLocPrestacao")
        if rule == "ET":
            return self.text("toma/end/endNac/cMun")
        return self.city

    @property
    def incidence_entry(self) -> CityEntry:
        return self.book.city(self.incidence_city)

    @property
    def is_abroad(self) -> bool:
        """Say whether the place of the service is outside Brazil."""
        return self.has("serv/locPrest/cPaisPrestacao")

    @property
    def has_foreign_taker(self) -> bool:
        return self.has("toma/NIF") or self.has("toma/cNaoNIF") or self.has("toma/end/endExt")

    @cached_property
    def unconditional_discount(self) -> Decimal:
        return self.amount("valores/vDescCondIncond/vDescIncond")

    @cached_property
    def conditional_discount(self) -> Decimal:
        return self.amount("valores/vDescCondIncond/vDescCond")

    @cached_property
    def deductions(self) -> Decimal:
        """Return the sum of deductions in reais, whichever way they were informed."""
        path = "valores/vDedRed"
        if self.has(f"{path}/pDR"):
            return (self.value * self.amount(f"{path}/pDR") / 100).quantize(Decimal("0.01"))
        documents = self.node.node(f"{path}/documentos")
        if documents is not None:
            return sum((Node(each).amount("vDeducaoReducao") for each in documents.element), start=Decimal(0))
        return self.amount(f"{path}/vDR")

    @cached_property
    def benefit(self) -> Decimal:
        path = "valores/trib/tribMun/BM"
        if self.has(f"{path}/pRedBCBM"):
            return (self.value * self.amount(f"{path}/pRedBCBM") / 100).quantize(Decimal("0.01"))
        return self.amount(f"{path}/vRedBCBM")

    @cached_property
    def federal_withholding(self) -> Decimal:
        path = "valores/trib/tribFed"
        return sum((self.amount(f"{path}/{name}") for name in ("vRetCP", "vRetIRRF", "vRetCSLL")), Decimal(0))
