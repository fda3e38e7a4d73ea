#!/usr/bin/env bash
# gerador-danfse 1.0.3: the DANFSe of a company with an alphanumeric CNPJ (given out since July 2026) shows an access key that does
# not exist, 45 characters of the 50: it takes the letters for punctuation. The CNPJ keeps them, but gets no mask. Nothing is said.
# Guessed: the key of the XML, letter by letter, as the consultation at the portal needs it; the CNPJ with its mask.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check gerador-danfse==1.0.3 pypdf==6.8.0 python-stdnum==2.2
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import re
from importlib.metadata import version
from pathlib import Path

from gerador_danfse import generate_danfse_pdf
from pypdf import PdfReader
from stdnum.br import cnpj

print("gerador-danfse", version("gerador-danfse"))
NOTE = """<?xml version="1.0" encoding="UTF-8"?>
<NFSe versao="1.01" xmlns="http://www.sped.fazenda.gov.br/nfse"><infNFSe Id="NFS{key}"><xLocEmi>Blumenau</xLocEmi>
<xLocPrestacao>Blumenau</xLocPrestacao><nNFSe>1</nNFSe><cLocIncid>4202404</cLocIncid><xLocIncid>Blumenau</xLocIncid>
<xTribNac>Desenvolvimento</xTribNac><verAplic>1</verAplic><ambGer>2</ambGer><tpEmis>1</tpEmis><cStat>100</cStat>
<dhProc>2026-09-10T10:00:05-03:00</dhProc><nDFSe>1</nDFSe><emit><CNPJ>{company}</CNPJ><xNome>PRESTADORA LTDA</xNome>
<enderNac><xLgr>RUA</xLgr><nro>1</nro><xBairro>CENTRO</xBairro><cMun>4202404</cMun><UF>SC</UF><CEP>89010000</CEP></enderNac>
</emit><valores><vBC>10.00</vBC><vLiq>10.00</vLiq></valores><DPS versao="1.01"><infDPS Id="DPS1"><tpAmb>1</tpAmb>
<dhEmi>2026-09-10T10:00:00-03:00</dhEmi><verAplic>1</verAplic><serie>1</serie><nDPS>1</nDPS><dCompet>2026-09-10</dCompet>
<tpEmit>1</tpEmit><cLocEmi>4202404</cLocEmi><prest><CNPJ>{company}</CNPJ><regTrib><opSimpNac>1</opSimpNac>
<regEspTrib>0</regEspTrib></regTrib></prest><serv><locPrest><cLocPrestacao>4202404</cLocPrestacao></locPrest><cServ>
<cTribNac>010101</cTribNac><xDescServ>Sistema</xDescServ></cServ></serv><valores><vServPrest><vServ>10.00</vServ></vServPrest>
<trib><tribMun><tribISSQN>1</tribISSQN><tpRetISSQN>1</tpRetISSQN></tribMun><totTrib><indTotTrib>0</indTotTrib></totTrib></trib>
</valores></infDPS></DPS></infNFSe></NFSe>"""
seen = {}
for company in ("11222333000181", "12ABC34501DE35"):
    assert cnpj.is_valid(company), "the sample is not valid"
    key = f"420240422{company}000000000000126091234567892"
    Path("note.xml").write_text(NOTE.format(company=company, key=key))
    generate_danfse_pdf("note.xml", "note.pdf")
    text = " ".join(page.extract_text() for page in PdfReader("note.pdf").pages)
    shown = re.search(r"CHAVE DE ACESSO DA NFS-e\s+(\w+)", text).group(1)
    seen[company] = (shown == key, len(shown), cnpj.format(company) in text, company in text.replace(key, ""))
    print(f"{company}: key {key}, shown {shown}; CNPJ with its mask: {seen[company][2]}")
assert seen == {"11222333000181": (True, 50, True, False), "12ABC34501DE35": (False, 45, False, True)}, "changed"
PY
