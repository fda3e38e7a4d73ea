"""The official schema, from the sandbox's own copy (sandbox/data/nfse)."""

from functools import lru_cache

from lxml import etree

from sandbox.sefin.tables import DATA

FOLDER = DATA / "xsd-v1.01-20260727"
FILES = {
    "DPS": "DPS_v1.01.xsd",
    "NFSe": "NFSe_v1.01.xsd",
    "pedRegEvento": "pedRegEvento_v1.01.xsd",
    "evento": "evento_v1.01.xsd",
}
KEY_NAMES = ("chSubstda", "chNFSe", "chSubstituta", "chNFSeRej")


@lru_cache(maxsize=len(FILES))
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(FOLDER / FILES[name])))


def load_schemas() -> None:
    """Compile all schemas, which takes about a second."""
    for name in FILES:
        _schema(name)


def find_flaws(name: str, root: etree._Element) -> list[str]:
    """Return what does not fit the schema, except keys with letters, where the schema is wrong (§12)."""
    schema = _schema(name)
    if schema.validate(root):
        return []
    return [entry.message for entry in schema.error_log if not _is_known_defect(entry.message)]


def _is_known_defect(message: str) -> bool:
    """Say whether the complaint is about a key whose CNPJ ends in a letter: TSChaveNFSe is misplaced."""
    about_a_key = any(f"}}{name}'" in message for name in KEY_NAMES)
    value = message.partition("The value '")[2].partition("'")[0] or message.partition("': '")[2][:50]
    return about_a_key and len(value) == 50 and not value.isdigit() and value.isalnum()
