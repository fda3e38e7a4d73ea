"""The example dialogs of the specification (PRODUCT.md §5.11): files of `manage.py converse`, turn by turn.

A file says more than the command reads: what each turn must bring (`expect`) and what happens outside
meanwhile (`meanwhile`, the names of OUTSIDE). "{numero}" is the number that the issuer gave, "{tomador}"
the name that the registry tells.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.http import close_providers
from nfse.models import Certificate
from nfse.tests.firms import make_city
from whatsapp.management.rehearsal.clock import running
from whatsapp.management.rehearsal.dialogs import describe_end, play_turn, read_moment, set_up
from whatsapp.management.rehearsal.stage import PORTO_ALEGRE
from whatsapp.models import OutboundMessage
from whatsapp.tests.rehearsing import START, follow, make_pfx

pytestmark = pytest.mark.django_db(transaction=True)

FILES = sorted((Path(__file__).parent / "data" / "dialogs").glob("*.json"))
DIALOGS = {dialog["id"]: dialog for file in FILES for dialog in json.loads(file.read_text())}


def end_certificates(_sandbox):
    Certificate.objects.update(valid_until=datetime(2026, 11, 20, 15, 0, tzinfo=UTC))


def renew_certificates(_sandbox):
    Certificate.objects.update(valid_until=datetime(2040, 1, 1, tzinfo=UTC))


def heal(sandbox):
    sandbox.heal()
    close_providers()  # their breakers go by the machine's clock, not by the rehearsal's


def lose_answers(sandbox):
    """The note is made, the answer is lost, and nothing can be asked."""
    sandbox.fail("sefin", "drop", path="*/nfse", method="POST", count=1)
    sandbox.fail("sefin", "status", path="*/dps/*", status=503)


OUTSIDE = {
    "answer_lost": lose_answers,
    "certificate_ends": end_certificates,
    "certificate_renewed": renew_certificates,
    "heal": heal,
    "issuer_down": lambda sandbox: sandbox.fail("sefin", "reject", path="*/nfse", code="E1217"),
    "refuses_postal_code": lambda sandbox: sandbox.fail(
        "sefin", "reject", path="*/nfse", method="POST", code="E0240", count=1
    ),
}


def test_there_is_a_file_for_each_dialog_of_the_specification():
    assert sorted(DIALOGS) == sorted(f"D{number}" for number in range(1, 19))


@pytest.mark.parametrize("name", sorted(DIALOGS, key=lambda name: int(name[1:])))
def test_a_dialog_goes_as_specified(name, sandbox, transactional_db):
    dialog = DIALOGS[name]
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    with running(read_moment(dialog.get("now"), START)) as clock:
        player = set_up(dialog, clock, follow(clock), lambda cnpj, holder: make_pfx(sandbox, cnpj, holder))
        for place, turn in enumerate(dialog["turns"]):
            if outside := turn.get("meanwhile"):
                OUTSIDE[outside](sandbox)
            seen = play_turn(player, named(turn))
            check_turn(turn["expect"], seen, f"{name}, turn {place + 1}: {seen}")
        check_end(dialog["expect"], describe_end(player), name)


def named(turn):
    """Return the turn with the client called as the registry calls it."""
    if "{tomador}" not in str(turn.get("user")):
        return turn
    mirror = OutboundMessage.objects.exclude(mirror_hash="").order_by("-pk").first()
    name = mirror.text.partition("*Para:* ")[2].partition(" · ")[0]
    return {**turn, "user": turn["user"].replace("{tomador}", name.title())}


def check_turn(expected, seen, told):
    """Compare a turn with what its file expects; keys that are not named may be anything."""
    said = "\n".join(seen["replies"])
    for key in ("state", "documents", "invoice_requested"):
        assert expected.get(key, seen[key]) == seen[key], told
    assert expected.get("asks_for", seen["asks_for"]) == seen["asks_for"], told
    assert expected.get("fields", {}).items() <= seen["fields"].items(), told
    for words in (*expected.get("says", ()), *expected.get("once", ())):
        assert words.replace("{numero}", number_told()) in said, told
    assert [said.count(words) for words in expected.get("once", ())] == [1] * len(expected.get("once", ())), (
        told
    )
    assert [words for words in expected.get("never", ()) if words in said] == [], told


def number_told():
    """Return the number of the note that was told of last: the issuer chooses it."""
    texts = [one.text for one in OutboundMessage.objects.order_by("pk") if "Nota emitida!" in one.text]
    return texts[-1].partition("Número ")[2].partition(",")[0] if texts else ""


def check_end(expected, final, name):
    assert expected.items() <= final.items(), f"{name}: {final}"
