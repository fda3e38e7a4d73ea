"""A certification authority of make-believe: what ICP-Brasil is to the real SEFIN (national.md §1.2).

`python -m sandbox.pki make-pfx --document 11444777000161 --holder "EMPRESA" --password segredo --out a1.pfx`
"""

from sandbox.pki.authority import Authority, set_up
from sandbox.pki.holders import KINDS, OTHER_NAME_FORMS, UnknownKind, make_pfx

__all__ = ["KINDS", "OTHER_NAME_FORMS", "Authority", "UnknownKind", "make_pfx", "set_up"]
