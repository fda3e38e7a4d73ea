"""People who ask for notes by WhatsApp, all at once, as fast as they are told to (issue of the chat)."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.testing import Sandbox

OPENINGS = (
    ("nota de {amount} pra {cnpj}, {work}",),
    ("bom dia, quero emitir uma nota",),
    ("nota pra {cnpj}", "{amount} reais", "{work}"),
    ("oi! faz uma pra Clínica Bem Viver? deu {amount}, {work}",),
    ("{cnpj}", "valor {amount}"),
)
WORKS = (
    "manutenção do site em novembro",
    "instalação de rede elétrica",
    "consultoria financeira mensal",
    "pintura da fachada da loja",
    "conserto do portão eletrônico",
    "troca de óleo e filtros do caminhão",
)
YES = (("sim",), ("pode emitir 👍",), ("isso",), ("sim", "sim", "ok"))
CANCELED_SHARE, CORRECTED_SHARE = 0.15, 0.2
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.2


@dataclass
class Person:
    """One person with one note in mind, who reacts to what stands on the phone."""

    number: int
    instance: str
    phone: str
    cents: int
    cnpj: str
    opening: tuple[str, ...]
    work: str
    yes: tuple[str, ...]
    cancels: bool
    corrects: bool
    said: int = 0
    is_done: bool = False
    is_confirmed: bool = False
    heard: list[str] = field(default_factory=list)
    last_at: float = 0.0
    rounds: int = 0

    @property
    def amount(self) -> str:
        return f"{self.cents // 100},{self.cents % 100:02d}"

    def open(self) -> tuple[str, ...]:
        values = {"amount": self.amount, "cnpj": self.cnpj, "work": self.work}
        return tuple(text.format(**values) for text in self.opening)

    def hear(self, text: str) -> tuple[str, ...]:
        """Return what the person writes upon a message; nothing while it waits."""
        self.heard.append(text)
        if "Nota emitida" in text or ("nada foi emitido" in text and self.cancels):
            self.is_done = True
        elif "Espelho" in text:
            return self._see_mirror(text)
        elif "Só emito com certeza" in text:
            return ("sim",)
        elif "Protocolo" in text or "demorando" in text or "consulta de CNPJ" in text:
            return ()
        elif "CNPJ" in text or "para quem" in text.lower():
            return (self.cnpj,)
        elif "valor" in text.lower() or "quanto" in text.lower():
            return (self.amount,)
        elif any(word in text.lower() for word in ("serviço", "foi feito", "detalhar", "descri")):
            return (self.work,)
        return ()

    def _see_mirror(self, text: str) -> tuple[str, ...]:
        self.rounds += 1
        if self.cancels:
            return ("cancela",)
        if self.corrects:
            self.corrects = False
            self.cents += 1
            return (f"sim, mas o valor é {self.amount}",)
        if self.amount.replace(",", "") not in text.replace(".", "").replace(",", ""):
            return (f"o valor é {self.amount}",)
        self.is_confirmed = True
        return self.yes


@dataclass
class Crowd:
    """All people. `rate`: messages a second that they write together, at most."""

    sandbox: Sandbox
    people: list[Person]
    rate: float
    started: float = 0.0
    written: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _outgoing: int = 0

    def run(self, seconds: float, meanwhile: Callable[[], None]) -> None:
        """Let everybody come and finish. Raises AssertionError when somebody is left waiting."""
        self.started = time.monotonic()
        deadline = self.started + seconds
        by_phone = {person.phone: person for person in self.people}
        waiting, queue = list(self.people), list[tuple[Person, str]]()
        while not all(person.is_done for person in self.people):
            assert time.monotonic() < deadline, self.describe_stuck()
            meanwhile()
            for person, text in self._listen(by_phone):
                queue += [(person, each) for each in person.hear(text)]
            while self._may_write() and (queue or waiting):
                if not queue:
                    person = waiting.pop(0)
                    queue += [(person, text) for text in person.open()]
                self._write(*queue.pop(0))
            time.sleep(POLL_SECONDS)

    def _may_write(self) -> bool:
        return len(self.written) < self.rate * (time.monotonic() - self.started) + 1

    def _write(self, person: Person, text: str) -> None:
        person.said += 1
        person.last_at = time.monotonic()
        self.written.append(self.sandbox.write(person.instance, person.phone, text, name="Pessoa"))

    def _listen(self, by_phone: dict[str, Person]) -> Iterator[tuple[Person, str]]:
        for line in self.sandbox.whatsapp_messages(by="api", after=self._outgoing):
            self._outgoing = max(self._outgoing, line["n"])
            person = by_phone[line["phone"]]
            if person.last_at:
                self.slowest = max(self.slowest, time.monotonic() - person.last_at)
            yield person, line["text"] or line["file_name"]

    def describe_stuck(self) -> str:
        stuck = [person for person in self.people if person.said and not person.is_done]
        told = [f"{person.phone}: {person.heard[-2:]}" for person in stuck[:5]]
        return f"{len(stuck)} of {len(self.people)} are left waiting: {told}"


def make_people(count: int, instances: list[str], cnpj: str, seed: int = 1) -> list[Person]:
    """Return people with amounts of their own, so that each note is known by its amount."""
    chance = random.Random(seed)
    return [
        Person(
            number=number,
            instance=instances[number % len(instances)],
            phone=f"55519{80_000_000 + number:08d}",
            cents=100_000 + number * 10,
            cnpj=cnpj,
            opening=chance.choice(OPENINGS),
            work=chance.choice(WORKS),
            yes=chance.choice(YES),
            cancels=chance.random() < CANCELED_SHARE,
            corrects=chance.random() < CORRECTED_SHARE,
        )
        for number in range(count)
    ]
