"""Notes and events in SQLite under NITRO_HOME/sandbox: what SEFIN accepted survives a restart."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    environment TEXT NOT NULL, access_key TEXT NOT NULL, dps_id TEXT NOT NULL, number INTEGER NOT NULL,
    issuer TEXT NOT NULL, taker TEXT NOT NULL, city TEXT NOT NULL, amount TEXT NOT NULL,
    parties TEXT NOT NULL, issued_at TEXT NOT NULL, xml BLOB NOT NULL,
    PRIMARY KEY (environment, access_key), UNIQUE (environment, dps_id)
);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, environment TEXT NOT NULL, access_key TEXT NOT NULL, code TEXT NOT NULL,
    sequence INTEGER NOT NULL, details TEXT NOT NULL, received_at TEXT NOT NULL, xml BLOB NOT NULL,
    UNIQUE (environment, access_key, code, sequence)
);
CREATE TABLE IF NOT EXISTS distribution (
    environment TEXT NOT NULL, actor TEXT NOT NULL, nsu INTEGER NOT NULL, access_key TEXT NOT NULL,
    event INTEGER, generated_at TEXT NOT NULL, PRIMARY KEY (environment, actor, nsu)
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS plugnotas (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS stripe (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS evolution (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
);
"""
TABLES = ("notes", "events", "distribution", "counters", "plugnotas", "stripe", "evolution")
MOST_NOTES = 10_000
LAST_NSU = 10**15


@dataclass(frozen=True)
class Note:
    environment: str
    access_key: str
    dps_id: str
    number: int
    issuer: str
    taker: str
    city: str
    amount: str
    parties: tuple[str, ...]  # who may read it: prestador, tomador, intermediário
    issued_at: str
    xml: bytes


@dataclass(frozen=True)
class Event:
    environment: str
    access_key: str
    code: str
    sequence: int
    received_at: str
    xml: bytes
    details: dict[str, Any] = field(default_factory=dict)
    id: int = 0


class Store:
    """One connection, used by the event loop's thread alone, so that each request is one transaction."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all or nothing of what happens inside."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        with self.transaction():
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def next_number(self, name: str, step: int = 1) -> int:
        """Return the counter's next value; inside a transaction."""
        row = self._db.execute(
            "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?"
            " RETURNING value",
            (name, step, step),
        ).fetchone()
        return int(row["value"])

    def add_note(self, note: Note) -> None:
        """Keep a note and hand it to its parties; inside a transaction."""
        self._db.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                note.environment,
                note.access_key,
                note.dps_id,
                note.number,
                note.issuer,
                note.taker,
                note.city,
                note.amount,
                " ".join(note.parties),
                note.issued_at,
                note.xml,
            ),
        )
        self._distribute(note, None, note.issued_at)

    def add_event(self, note: Note, event: Event) -> None:
        """Keep an event and hand it to the parties of its note; inside a transaction."""
        cursor = self._db.execute(
            "INSERT INTO events (environment, access_key, code, sequence, details, received_at, xml)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                event.environment,
                event.access_key,
                event.code,
                event.sequence,
                json.dumps(event.details),
                event.received_at,
                event.xml,
            ),
        )
        self._distribute(note, cursor.lastrowid, event.received_at)

    def _distribute(self, note: Note, event: int | None, moment: str) -> None:
        for actor in note.parties:
            nsu = self.next_number(f"nsu {note.environment} {actor}")
            self._db.execute(
                "INSERT INTO distribution VALUES (?, ?, ?, ?, ?, ?)",
                (note.environment, actor, nsu, note.access_key, event, moment),
            )

    def find_note(self, environment: str, access_key: str) -> Note | None:
        return self._note("environment = ? AND access_key = ?", environment, access_key)

    def find_note_of_dps(self, environment: str, dps_id: str) -> Note | None:
        return self._note("environment = ? AND dps_id = ?", environment, dps_id)

    def _note(self, condition: str, *values: str) -> Note | None:
        row = self._db.execute(f"SELECT * FROM notes WHERE {condition}", values).fetchone()  # noqa: S608
        return _read_note(row) if row else None

    def list_notes(self, environment: str | None = None, issuer: str | None = None) -> list[Note]:
        rows = self._db.execute(
            "SELECT * FROM notes WHERE (? IS NULL OR environment = ?) AND (? IS NULL OR issuer = ?)"
            " ORDER BY rowid LIMIT ?",
            (environment, environment, issuer, issuer, MOST_NOTES),
        )
        return [_read_note(row) for row in rows]

    def count_notes(self, environment: str | None = None, issuer: str | None = None) -> dict[str, int]:
        """Return how many notes each issuer has."""
        rows = self._db.execute(
            "SELECT issuer, COUNT(*) AS notes FROM notes WHERE (? IS NULL OR environment = ?)"
            " AND (? IS NULL OR issuer = ?) GROUP BY issuer",
            (environment, environment, issuer, issuer),
        )
        return {row["issuer"]: row["notes"] for row in rows}

    def list_events(self, environment: str, access_key: str) -> list[Event]:
        """Return the events of a note in the order in which they came."""
        rows = self._db.execute(
            "SELECT * FROM events WHERE environment = ? AND access_key = ? ORDER BY id",
            (environment, access_key),
        )
        return [_read_event(row) for row in rows]

    def list_documents(
        self, environment: str, actor: str, nsu: int, *, only: bool, most: int
    ) -> list[tuple[int, str, Note, Event | None]]:
        """Return what the actor was handed after an NSU, or exactly at it: NSU, time, note, event."""
        rows = self._db.execute(
            "SELECT * FROM distribution WHERE environment = ? AND actor = ? AND nsu BETWEEN ? AND ?"
            " ORDER BY nsu LIMIT ?",
            (environment, actor, nsu if only else nsu + 1, nsu if only else LAST_NSU, most),
        ).fetchall()
        found = []
        for row in rows:
            note = self.find_note(environment, row["access_key"])
            event = self._db.execute("SELECT * FROM events WHERE id = ?", (row["event"],)).fetchone()
            if note is not None:
                found.append((row["nsu"], row["generated_at"], note, _read_event(event) if event else None))
        return found

    def save(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a document of PlugNotas."""
        self.save_of("plugnotas", kind, key, body)

    def load(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the documents of PlugNotas of one kind, oldest first."""
        return self.load_of("plugnotas", kind)

    def save_of(self, table: str, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a document in one of the tables of documents: plugnotas, stripe, evolution."""
        self._db.execute(
            f"INSERT INTO {table} VALUES (?, ?, ?)"  # noqa: S608 - names of our own
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    def load_of(self, table: str, kind: str) -> dict[str, dict[str, Any]]:
        """Return the documents of one kind in a table of documents, oldest first."""
        rows = self._db.execute(
            f"SELECT key, body FROM {table} WHERE kind = ? ORDER BY rowid",  # noqa: S608 - names of our own
            (kind,),
        )
        return {row["key"]: json.loads(row["body"]) for row in rows}

    def discard(self, kind: str, key: str) -> None:
        self.discard_of("plugnotas", kind, key)

    def discard_of(self, table: str, kind: str, key: str) -> None:
        self._db.execute(
            f"DELETE FROM {table} WHERE kind = ? AND key = ?",  # noqa: S608 - names of our own
            (kind, key),
        )


def _read_note(row: sqlite3.Row) -> Note:
    fields = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values
    return Note(**{**fields, "parties": tuple(row["parties"].split())})


def _read_event(row: sqlite3.Row) -> Event:
    fields = {name: row[name] for name in row.keys()}  # noqa: SIM118
    return Event(**{**fields, "details": json.loads(row["details"])})
