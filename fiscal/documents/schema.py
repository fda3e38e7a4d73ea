"""Validation against the official XSD of fiscal/data, compiled once per process (R94)."""

import re
from functools import cache
from threading import Lock

from lxml import etree

from fiscal.documents.tables import DATA
from fiscal.documents.xml import local_name, own_text, read_xml
from fiscal.values import SchemaProblem

BUNDLE = DATA / "xsd-v1.01-20260727"
_FILES = {
    "DPS": "DPS_v1.01.xsd",
    "NFSe": "NFSe_v1.01.xsd",
    "pedRegEvento": "pedRegEvento_v1.01.xsd",
    "evento": "evento_v1.01.xsd",
}
_validating = Lock()  # the log of errors lives on the schema, which the threads share
_KEY_FIELDS = {"chSubstda", "chNFSe", "chSubstituta", "chNFSeRej", "refNFSe"}
_KEY_WITH_LETTER = re.compile(r"[0-9]{9}(?=[0-9]*[A-Z])[0-9A-Z]{12}[0-9]{29}")
_NAMESPACES = re.compile(r"\{https?://[^}]*\}")  # and not a pattern's {8}
_MEANINGS = (
    ("SCHEMAV_ELEMENT_CONTENT", "O campo não é esperado aqui ou falta um campo antes dele."),
    ("SCHEMAV_CVC_PATTERN_VALID", "O valor tem formato ou caracteres que a Receita não aceita."),
    ("SCHEMAV_CVC_MAXLENGTH_VALID", "O texto é longo demais."),
    ("SCHEMAV_CVC_MINLENGTH_VALID", "O texto é curto demais."),
    ("SCHEMAV_CVC_ENUMERATION_VALID", "O valor não está entre os permitidos."),
    ("SCHEMAV_CVC_DATATYPE_VALID", "O valor não é do tipo esperado."),
    ("SCHEMAV_CVC_COMPLEX_TYPE_4", "Falta um atributo obrigatório."),
    ("SCHEMAV_CVC_ELT_1", "O documento não começa com o elemento esperado."),
)


def validate(data: bytes | etree._Element, kind: str | None = None) -> list[SchemaProblem]:
    """Return what the XSD says against a document, the field named by its path inside the document.

    A key with letters that only the known defect of `TSChaveNFSe` refuses is a warning (contract 12).

    Args:
        data: bytes, or a root already read. kind: DPS, NFSe, pedRegEvento or evento; None takes the root's.

    Raises:
        UnreadableXml: the bytes are not XML.
    """
    root = read_xml(data) if isinstance(data, bytes) else data
    kind = kind or local_name(root)
    if kind not in _FILES:
        message = f"O documento começa com <{kind}>, que não é DPS, NFS-e nem evento."
        return [SchemaProblem(field=kind, line=root.sourceline or 1, message=message)]
    schema = get_schema(kind)
    with _validating:
        if schema.validate(root):
            return []
        errors = list(schema.error_log)
    return list(dict.fromkeys(_problem(error, root) for error in errors))


def blocking(problems: list[SchemaProblem]) -> list[SchemaProblem]:
    """Return the problems that are not warnings."""
    return [problem for problem in problems if not problem.warning]


@cache
def get_schema(kind: str) -> etree.XMLSchema:
    """Return the compiled schema of a root element."""
    return etree.XMLSchema(etree.parse(str(BUNDLE / _FILES[kind])))


def _problem(error: etree._LogEntry, root: etree._Element) -> SchemaProblem:
    path = _readable_path(error.path or "", root)
    field = path.rpartition("/")[2]
    meaning = next((text for name, text in _MEANINGS if error.type_name.startswith(name)), "Valor inválido.")
    return SchemaProblem(
        field=path or field,
        line=error.line,
        message=f"{meaning} ({_NAMESPACES.sub('', error.message)})"[:500],
        warning=field in _KEY_FIELDS and _is_known_defect(error, root),
    )


def _readable_path(path: str, root: etree._Element) -> str:
    """Turn libxml2's /*/*[1]/*[3] into names, without the root and the information element."""
    try:
        found = root.getroottree().xpath(path) if path else []
    except etree.XPathError:
        found = []
    if not found:
        return ""
    names = [local_name(found[0]), *(local_name(parent) for parent in found[0].iterancestors())]
    inside = [name for name in reversed(names) if name not in {"DPS", "infDPS", "pedRegEvento", "infPedReg"}]
    return "/".join(inside) or names[0]


def _is_known_defect(error: etree._LogEntry, root: etree._Element) -> bool:
    found = root.getroottree().xpath(error.path) if error.path else []
    value = own_text(found[0]) if found else ""
    return bool(_KEY_WITH_LETTER.fullmatch(value))
