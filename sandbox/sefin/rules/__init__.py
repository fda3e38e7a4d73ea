"""The rules of Anexo I that the sandbox decides. Each yields codes; all are listed at once (§2.1)."""

from sandbox.sefin.cases import Case
from sandbox.sefin.problems import Problem
from sandbox.sefin.rules import identity, parties, reform, replacement, service, taxes

GROUPS = (identity.find, parties.find, service.find, taxes.find, reform.find, replacement.find)


def find_problems(case: Case) -> list[Problem]:
    """Return everything that is wrong with the DPS, each code once."""
    codes = dict.fromkeys(code for find in GROUPS for code in find(case))
    return [Problem(code) for code in codes]
