"""`python -m sandbox.pki set-up` and `python -m sandbox.pki make-pfx --document … --holder … --out FILE`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from sandbox.pki import KINDS, OTHER_NAME_FORMS, make_pfx, set_up


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.pki", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("set-up", help="make the authority, if it is not there, and print its root's file")
    pfx = commands.add_parser("make-pfx", help="make an A1 certificate")
    pfx.add_argument("--document", "--cnpj", "--cpf", required=True, help="CNPJ or CPF, without punctuation")
    pfx.add_argument("--holder", default="EMPRESA DE TESTE LTDA")
    pfx.add_argument("--password", required=True)
    pfx.add_argument("--out", type=Path, required=True)
    pfx.add_argument("--if-missing", action="store_true", help="leave a file that is there as it is")
    pfx.add_argument("--valid-from", type=_day, help="AAAA-MM-DD")
    pfx.add_argument("--valid-until", type=_day, help="AAAA-MM-DD")
    pfx.add_argument("--kind", choices=KINDS, default="A1")
    pfx.add_argument("--other-name", choices=sorted(OTHER_NAME_FORMS), default="octet")
    arguments = parser.parse_args()
    if arguments.command == "set-up":
        print(set_up().ca_file)  # noqa: T201
        return
    if arguments.if_missing and arguments.out.exists():
        return
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(
        make_pfx(
            arguments.document,
            arguments.holder,
            arguments.password,
            valid_from=arguments.valid_from,
            valid_until=arguments.valid_until,
            kind=arguments.kind,
            other_name=arguments.other_name,
        )
    )


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
