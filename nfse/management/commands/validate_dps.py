"""Say what is wrong with fiscal documents, wherever they come from."""

import json
from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fiscal.documents.verdicts import Verdict, judge
from fiscal.documents.xml import MAX_BYTES

_SIGNATURES = {"valid": "válida", "invalid": "inválida", "absent": "ausente"}


class Command(BaseCommand):
    help = "Confere DPS, pedidos de evento e NFS-e: XML, XSD, assinatura, certificado e regras locais."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="XML a conferir")
        parser.add_argument("--json", action="store_true", help="resposta em JSON")
        parser.add_argument("--certificate", metavar="PEM", help="certificado que transmitiria os documentos")

    def handle(self, *_args: Any, **options: Any) -> None:
        certificate = _read_certificate(options["certificate"])
        verdicts = [(name, _judge_file(name, certificate)) for name in options["files"]]
        valid = all(isinstance(verdict, Verdict) and verdict.valid for _, verdict in verdicts)
        if options["json"]:
            self.stdout.write(json.dumps(_report(verdicts, valid), ensure_ascii=False, indent=2))
        else:
            for name, verdict in verdicts:
                self._show(name, verdict)
        if not valid:
            raise SystemExit(1)

    def _show(self, name: str, verdict: "Verdict | str") -> None:
        if isinstance(verdict, str):
            self.stdout.write(f"{name}: INVÁLIDO\n  {verdict}")
            return
        self.stdout.write(f"{name}: {'VÁLIDO' if verdict.valid else 'INVÁLIDO'}")
        for line in _describe(verdict):
            self.stdout.write(f"  {line}")


def _judge_file(name: str, certificate: x509.Certificate | None) -> "Verdict | str":
    """The verdict, or why the file cannot be read at all."""
    path = Path(name)
    try:
        if not path.is_file():
            return "O arquivo não existe ou não é um arquivo comum."
        if path.stat().st_size > MAX_BYTES:
            return "O arquivo passa de 50 MB."
        return judge(path.read_bytes(), certificate)
    except (OSError, ValueError) as error:
        return f"Não consegui ler o arquivo: {getattr(error, 'strerror', None) or error}."


def _read_certificate(name: str | None) -> x509.Certificate | None:
    if not name:
        return None
    try:
        return x509.load_pem_x509_certificate(Path(name).read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"Não consegui ler o certificado {name}.") from error


def _report(verdicts: "list[tuple[str, Verdict | str]]", valid: bool) -> dict[str, Any]:
    return {"valid": valid, "files": [{"file": name, **_entry(verdict)} for name, verdict in verdicts]}


def _entry(verdict: "Verdict | str") -> dict[str, Any]:
    if isinstance(verdict, Verdict):
        return verdict.to_dict()
    return {"valid": False, "well_formed": False, "reading_problem": verdict, "xsd": [], "codes": []}


def _describe(verdict: Verdict) -> list[str]:
    if not verdict.well_formed:
        return [verdict.reading_problem]
    lines = [f"Documento: {verdict.kind} {verdict.layout}".rstrip()]
    lines.append(f"XSD: {'sem problemas' if not verdict.xsd else f'{len(verdict.xsd)} problema(s)'}")
    lines += [
        f"  linha {each.line}, {each.field}: {each.message}{' (aviso)' if each.warning else ''}"
        for each in verdict.xsd
    ]
    problem = f": {verdict.signature.problem}" if verdict.signature.problem else ""
    lines.append(f"Assinatura: {_SIGNATURES[verdict.signature.status.value]}{problem}")
    lines.append(f"Certificado: {_describe_certificate(verdict)}")
    lines.append(f"Regras: {'nenhuma quebrada' if not verdict.rules else len(verdict.rules)}")
    lines += [
        f"  {rule.code} {rule.field}: {rule.message_pt}{'' if rule.blocking else ' (aviso)'}"
        for rule in verdict.rules
    ]
    return lines


def _describe_certificate(verdict: Verdict) -> str:
    certificate = verdict.certificate
    if not certificate.document:
        return "sem CNPJ ou CPF para comparar"
    if certificate.matches:
        return f"{certificate.document}, do próprio emitente"
    return f"{certificate.document}, diferente do emitente {certificate.emitter or 'desconhecido'}"
