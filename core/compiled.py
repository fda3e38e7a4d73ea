"""Queries of the ORM whose SQL is built once in a process, for those that run with every message.

Building the SQL of a query costs Django some times more than PostgreSQL needs to run it. A `Compiled` query
is written as any queryset, with a `Parameter` where a value comes each time:

    FIND = Compiled(lambda: Channel.objects.filter(key=Parameter("key"), deleted_at=None))
    channel = FIND.only(key="…")

It returns the same objects, with what `select_related`, `defer` and `annotate` say. It is for objects of a
model, and for values that PostgreSQL compares as they are (text, numbers, moments): no field turns them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import MultipleObjectsReturned
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators

from core.prepared import execute_prepared

Row = TypeVar("Row", bound=Model)


class Parameter(Expression):
    """Stands for a value that each execution brings, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, list["Parameter"]]:  # type: ignore[override]
        return "%s", [self]


@dataclass(frozen=True)
class _Shape:
    """A compiled query: its SQL, what fills its places, and how a row becomes an object."""

    sql: str
    is_ordered: bool
    parameters: tuple[Any, ...]
    model: type[Model]
    columns: slice
    names: list[str]
    converters: list[tuple[int, Sequence[Callable[..., Any]], Any]]
    populators: Sequence[Any]
    annotations: dict[str, int]


class Compiled(Generic[Row]):
    """A query that is compiled with its first execution and prepared on each connection."""

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build
        self._shape: _Shape | None = None

    def all(self, **values: Any) -> list[Row]:
        """Return the objects, given a value for the name of each Parameter.

        Raises ValueError for None: SQL finds nothing that equals it.
        """
        if None in values.values():
            raise ValueError(f"no value: {', '.join(name for name in values if values[name] is None)}")
        shape = self._shape or self._compile()
        parameters = [values[one.name] if isinstance(one, Parameter) else one for one in shape.parameters]
        return [_make(shape, row) for row in execute_prepared(shape.sql, parameters).fetchall()]

    def first(self, **values: Any) -> Row | None:
        """Return the first object of the query's order, or None. All rows are read: let them be few.

        Raises ValueError when the query has no order.
        """
        if not (self._shape or self._compile()).is_ordered:
            raise ValueError("a query without order has no first object: ask for the only one")
        return next(iter(self.all(**values)), None)

    def only(self, **values: Any) -> Row | None:
        """Return the one object, or None. Raises MultipleObjectsReturned."""
        found = self.all(**values)
        if len(found) > 1:
            raise MultipleObjectsReturned(f"{len(found)} rows")
        return found[0] if found else None

    def _compile(self) -> _Shape:
        queryset = self._build()
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        select, fields = compiler.select, compiler.klass_info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        converters = compiler.get_converters([column[0] for column in select])
        self._shape = _Shape(
            sql=sql,
            is_ordered=queryset.ordered,
            parameters=tuple(parameters),
            model=compiler.klass_info["model"],
            columns=columns,
            names=[column[0].target.attname for column in select[columns]],
            converters=[(place, convert, column) for place, (convert, column) in converters.items()],
            populators=get_related_populators(compiler.klass_info, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
            annotations=compiler.annotation_col_map or {},
        )
        return self._shape


def _make(shape: _Shape, row: Sequence[Any]) -> Any:
    """Make the object of a row, as django.db.models.query.ModelIterable does."""
    values = list(row)
    for place, converters, column in shape.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    made = shape.model.from_db(DEFAULT_DB_ALIAS, shape.names, values[shape.columns])
    for populator in shape.populators:
        populator.populate(values, made)
    for name, place in shape.annotations.items():
        setattr(made, name, values[place])
    return made
