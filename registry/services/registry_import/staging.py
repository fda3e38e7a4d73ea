"""The load goes into a schema of its own; the switch moves whole tables: readers see old or new, never half.

Staging tables are made like the live ones, and get their constraints and indexes, by the same names, only
after loading.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from registry.common_words import list_common_words
from registry.services.registry_import.errors import ImportRunning, RegistryImportError
from registry.services.registry_import.rows import Target

SCHEMA = "registry_next"
LOCK_KEY = 7_340_001
NAMES = "registry_registryname"
SHARED = "registry_registryshared"
TABLES = (
    "registry_registrycompany",
    "registry_registryestablishment",
    "registry_registrypartner",
    "registry_registrysimples",
    "registry_registrycode",
    NAMES,
    SHARED,
)
SHARED_BY_COMPANIES = 20
SWITCH_ATTEMPTS = 30
LOCK_TIMEOUT = "2s"
MEMORY = {"maintenance_work_mem": "512MB", "work_mem": "256MB"}

_ACCENTED = "áàâãäéèêëíìîïóòôõöúùûüçñ"
_PLAIN = "aaaaaeeeeiiiiooooouuuucn"

_FILL_NAMES = r"""
    INSERT INTO {schema}.registry_registryname (cnpj, words)
    SELECT e.cnpj, ARRAY(
        SELECT DISTINCT e.municipality || ':' || left(word, 100)
        FROM (
            SELECT regexp_split_to_table(regexp_replace(regexp_replace(
                regexp_replace(plain, '[^a-z0-9]+', ' ', 'g'),
                '\m([a-z]) e (?=[a-z]\M)', '\1 ', 'g'),
                '\m([a-z]) (?=[a-z]\M)', '\1', 'g'),
                ' ') AS word
            FROM (SELECT translate(
                lower(e.trade_name || ' | ' || coalesce(c.legal_name, '')), %(accented)s, %(plain)s
            ) AS plain) AS names
            UNION ALL
            SELECT '@' || split_part(e.email, '@', 2)
            WHERE e.email <> '' AND '@' || split_part(split_part(e.email, '@', 2), '.', 1) <> ALL (%(common)s)
        ) AS words
        WHERE length(word) > 1 AND word <> ALL (%(common)s::text[])
    )
    FROM {schema}.registry_registryestablishment AS e
    LEFT JOIN {schema}.registry_registrycompany AS c ON c.root = e.root
    WHERE e.status = '02' AND e.uf <> 'EX'
"""
_FILL_SHARED = """
    INSERT INTO {schema}.registry_registryshared (kind, value, company_count)
    SELECT 'phone', phone, count(DISTINCT root)
    FROM {schema}.registry_registryestablishment CROSS JOIN LATERAL unnest(phones) AS phone
    GROUP BY phone HAVING count(DISTINCT root) >= %(least)s
    UNION ALL
    SELECT 'domain', split_part(email, '@', 2), count(DISTINCT root)
    FROM {schema}.registry_registryestablishment WHERE email <> ''
    GROUP BY 2 HAVING count(DISTINCT root) >= %(least)s
"""


@contextmanager
def only_import() -> Iterator[None]:
    """Hold the right to load: one import at a time, on any machine. Raises ImportRunning.

    The right, and the memory to sort and index in larger pieces, belong to the session of the database. It
    ends here, also when the load failed: given back to a pool, it would keep both for whoever takes it next.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
        if not cursor.fetchone()[0]:
            raise ImportRunning
    try:
        for name, size in MEMORY.items():
            _execute("SELECT set_config(%s, %s, false)", [name, size])
        yield
    finally:
        if connection.connection is not None:
            connection.connection.close()
        connection.close()


def create_staging() -> None:
    """Start with an empty schema, whatever a crashed load left in it."""
    drop_staging()
    _execute(_sql("CREATE SCHEMA {schema}"))
    for table in TABLES:
        _execute(_sql("CREATE TABLE {schema}.{table} (LIKE {table} INCLUDING DEFAULTS)", table))
        _execute(_sql("ALTER TABLE {schema}.{table} ADD COLUMN read_order bigint", table))


def drop_staging() -> None:
    _execute(_sql("DROP SCHEMA IF EXISTS {schema} CASCADE"))


@contextmanager
def copy_into(target: Target) -> Iterator[Any]:
    """A COPY of text lines into the staging table: the target's columns, then the order of reading."""
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in (*target.columns, "read_order"))
    statement = _sql("COPY {schema}.{table} ({columns}) FROM STDIN", target.table, columns=columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def remove_duplicates(target: Target) -> int:
    """Keep one row of each key: by the target's own order, then the last read; return how many went."""
    keys = sql.SQL(", ").join(sql.Identifier(name) for name in target.key)
    order = sql.SQL(f"{target.newest_first}, " if target.newest_first else "")
    statement = _sql(
        """
        DELETE FROM {schema}.{table} AS doomed USING (
            SELECT ctid, row_number() OVER (PARTITION BY {keys} ORDER BY {order} read_order DESC) AS rank
            FROM {schema}.{table}
        ) AS ranked
        WHERE doomed.ctid = ranked.ctid AND ranked.rank > 1
        """,
        target.table,
        keys=keys,
        order=order,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def keep_first_codes() -> None:
    """A supplementary code goes when the delivery has the code by now."""
    _execute(
        _sql(
            """
            DELETE FROM {schema}.{table} AS ours USING {schema}.{table} AS theirs
            WHERE ours.is_supplement AND NOT theirs.is_supplement
              AND ours.kind = theirs.kind AND ours.code = theirs.code
            """,
            "registry_registrycode",
        )
    )


def fill_derived() -> None:
    """Words of names by city, and phones and domains that 20 or more companies share (R41)."""
    words = {"accented": _ACCENTED, "plain": _PLAIN, "common": sorted(list_common_words())}
    _execute(_sql(_FILL_NAMES), words)
    _execute(_sql(_FILL_SHARED), {"least": SHARED_BY_COMPANIES})


def build_indexes() -> None:
    """Give the staging tables the constraints and indexes of the live ones, by the same names."""
    for table in TABLES:
        _execute(_sql("ALTER TABLE {schema}.{table} DROP COLUMN read_order", table))
        for name, definition in _rows(_CONSTRAINTS, [table]):
            clause = sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(definition))
            _execute(_sql("ALTER TABLE {schema}.{table} {clause}", table, clause=clause))
        for (definition,) in _rows(_INDEXES, [table]):
            _execute(sql.SQL(definition.replace(f" ON {table} ", f" ON {SCHEMA}.{table} ", 1)))
        _execute(_sql("ANALYZE {schema}.{table}", table))


_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(%s) AND contype IN ('p', 'u', 'c') ORDER BY contype DESC, conname
"""
_INDEXES = """
    SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ' || n.nspname || '.', ' ON ')
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE i.indrelid = to_regclass(%s)
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
    ORDER BY 1
"""


def count_staged(table: str) -> int:
    return int(_rows(_sql("SELECT count(*) FROM {schema}.{table}", table))[0][0])


def count_live(table: str) -> int:
    """Rows of the table in use, exactly: the gate compares with them."""
    return int(_rows(_sql("SELECT count(*) FROM {table}", table))[0][0])


def publish() -> None:
    """Put all staged tables in the place of the live ones, in one transaction of milliseconds.

    Waits for readers at most two seconds at a time, so that nobody queues behind it for long.
    """
    for attempt in range(1, SWITCH_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                _execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
                for table in TABLES:
                    _switch(table)
                _execute(_sql("DROP SCHEMA {schema}"))
            return
        except DatabaseError as error:
            if not isinstance(error.__cause__, LockNotAvailable) or attempt == SWITCH_ATTEMPTS:
                raise RegistryImportError(detail=f"switch: {type(error).__name__}") from error
            time.sleep(1)


def _switch(table: str) -> None:
    """The live table's own schema takes the new one."""
    live = _rows(
        "SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.oid = to_regclass(%s)",
        [table],
    )[0][0]
    _execute(_sql("DROP TABLE {table}", table))
    _execute(_sql("ALTER TABLE {schema}.{table} SET SCHEMA {live}", table, live=sql.Identifier(live)))


def _sql(text: str, table: str = "", **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(text).format(schema=sql.Identifier(SCHEMA), table=sql.Identifier(table), **parts)


def _execute(statement: Any, params: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _rows(statement: Any, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
