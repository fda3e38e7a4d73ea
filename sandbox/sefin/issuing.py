"""POST /nfse: from the envelope to the note, in one transaction."""

from sandbox.sefin import notes
from sandbox.sefin.cases import Case
from sandbox.sefin.documents import Node, decode, pack, parse
from sandbox.sefin.environments import Environment, local_stamp
from sandbox.sefin.events import Registrar
from sandbox.sefin.office import Sefin
from sandbox.sefin.problems import Refused
from sandbox.sefin.rules import find_problems
from sandbox.sefin.signatures import check
from sandbox.sefin.store import Note
from sandbox.sefin.tables import load_tables
from sandbox.world.numbers import chance

SKIPPED_PERCENT = 5  # note numbers that nobody ever gets (national.md §4.4)


class Issuer:
    """Where notes are made."""

    def __init__(self, sefin: Sefin, registrar: Registrar) -> None:
        self.sefin = sefin
        self.registrar = registrar

    def issue(self, environment: Environment, payload: object) -> Note:
        """Accept a DPS and make its note. Raises Refused with all reasons."""
        root = parse(decode(payload), "DPS", "DPS")
        case = self._open_case(environment, Node(root))
        with self.sefin.store.transaction():
            if problems := find_problems(case):
                raise Refused(*problems)
            number = self._next_number(case)
            key = notes.make_access_key(case, number)
            document = self.sefin.store.next_number(f"documents {environment.name}")
            text = notes.write_note(case, root, key, number, document, self.sefin.world)
            note = _note_of(case, key, number, self.sefin.signer.sign(text, f"NFS{key}"))
            self.sefin.store.add_note(note)
            self._replace_old(case, key)
        return note

    def _replace_old(self, case: Case, key: str) -> None:
        """Cancel the note that this one takes the place of (national.md §9.3)."""
        old = self.sefin.store.find_note(case.environment.name, case.text("subst/chSubstda"))
        if old is not None:
            reason, reason_code = case.text("subst/xMotivo"), case.text("subst/cMotivo")
            self.registrar.put_in_place_of(case.environment, old, key, reason, reason_code)

    def _open_case(self, environment: Environment, root: Node) -> Case:
        checked = check(root.element, "infDPS")
        node = root.node("infDPS")
        if node is None:
            raise TypeError("the schema let a DPS without infDPS pass")
        return Case(
            node=node,
            version=str(root.element.get("versao")),
            environment=environment,
            now=self.sefin.clock.now(),
            checked=checked,
            signer=self.sefin.read_peer(checked.certificate),
            book=self.sefin.book,
            tables=load_tables(),
            store=self.sefin.store,
        )

    def _next_number(self, case: Case) -> int:
        name = f"numbers {case.environment.name} {case.provider} {case.city}"
        skips = chance(SKIPPED_PERCENT, "skipped", case.environment.name, case.node.element.get("Id"))
        return self.sefin.store.next_number(name, 2 if skips else 1)


def _note_of(case: Case, key: str, number: int, xml: bytes) -> Note:
    others = [case.taker, case.text("interm/CNPJ") or case.text("interm/CPF")]
    parties = dict.fromkeys(filter(None, [case.provider, *others]))
    return Note(
        environment=case.environment.name,
        access_key=key,
        dps_id=str(case.node.element.get("Id")),
        number=number,
        issuer=case.provider,
        taker=case.taker,
        city=case.city,
        amount=f"{case.value:.2f}",
        parties=tuple(parties),
        issued_at=local_stamp(case.now),
        xml=pack(xml),
    )
