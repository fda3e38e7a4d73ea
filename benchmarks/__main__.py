"""`python -m benchmarks [name…]`: run the benchmarks on servers of their own and print a table."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure
from embedded.servers import Services

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
COLUMNS = ("name", "ours", "reference", "unit", "ratio", "goal", "met")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of: {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="nitro-bench-") as home:
        services = Services.temporary(Path(home))
        services.start()
        try:
            figures = _run_all(names, services)
        finally:
            services.remove()
    print(_table(figures))
    return 0 if all(figure.met for figure in figures) else 1


def _run_all(names: list[str], services: Services) -> list[Figure]:
    os.environ.update(services.environment(), LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    figures = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        run: Callable[[], list[Figure]] = import_module(f"benchmarks.bench_{name}").run
        figures += _keep(name, run())
    return figures


def _keep(name: str, figures: list[Figure]) -> list[Figure]:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    text = json.dumps([asdict(figure) for figure in figures], indent=2, ensure_ascii=False)
    (results / f"{name}.json").write_text(text + "\n")
    return figures


def _table(figures: list[Figure]) -> str:
    rows = [COLUMNS, *(_cells(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    numbers = (_number(figure.ours), _number(figure.reference), figure.unit)
    return (figure.name, *numbers, f"{figure.ratio:.2f}", f"≥ {figure.goal:g}", "yes" if figure.met else "NO")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
