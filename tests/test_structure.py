"""The house: no room above a quarter of it, and gateways that reach no database. Layers: .importlinter."""

import re
from pathlib import Path

import grimp
import pytest

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = [
    "accounts",
    "core",
    "credits",
    "embedded",
    "fiscal",
    "inbox",
    "leads",
    "nfse",
    "operations",
    "portal",
    "queue_worker",
    "registry",
    "sandbox",
    "whatsapp",
]
SOURCES = {".py", ".html", ".js", ".css"}
LARGEST = 0.25


def lines_of(room):
    files = (file for file in (HOUSE / room).rglob("*") if file.suffix in SOURCES)
    kept = (file for file in files if not {"migrations", "tests", "__pycache__"} & set(file.parts))
    return sum(len(file.read_text().splitlines()) for file in kept)


def test_no_room_is_above_a_quarter_of_the_house():
    sizes = {room: lines_of(room) for room in ROOMS}
    house = sum(sizes.values())
    assert {room: size for room, size in sizes.items() if size > LARGEST * house} == {}


ALLOWED_IN_MIGRATIONS = {
    "core.fields",  # a field's class is part of the state
    "registry.city_names",  # a key is written by what compares it
}


def test_migrations_hold_what_was_true_when_they_were_written():
    """They import nothing of ours, so that a later change of code cannot change what they did."""
    live = re.compile(rf"^(?:from|import) ((?:{'|'.join(ROOMS)})[\w.]*)", re.MULTILINE)
    found = {
        (path.name, module)
        for room in ROOMS
        for path in (HOUSE / room).glob("migrations/*.py")
        for module in live.findall(path.read_text())
    }
    assert {module for _, module in found} <= ALLOWED_IN_MIGRATIONS, found


@pytest.mark.parametrize(
    "room", ["fiscal.gateways", "registry.gateways", "leads.gateways", "whatsapp.gateways"]
)
def test_gateways_import_no_models_and_no_database(room):
    graph = grimp.build_graph(room.partition(".")[0], include_external_packages=True, cache_dir=None)
    imported = {
        (module, found)
        for module in {room, *graph.find_descendants(room)}
        for found in graph.find_modules_directly_imported_by(module)
    }
    models = room.replace(".gateways", ".models")
    forbidden = {pair for pair in imported if pair[1].startswith(("django.db", models))}
    assert imported
    assert forbidden == set()
