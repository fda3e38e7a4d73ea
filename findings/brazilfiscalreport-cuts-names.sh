#!/usr/bin/env bash
# BrazilFiscalReport 1.3.1: the DANFSe holds half of a long taker's name and not the end of a long description.
# A name of 143 characters (the layout takes 300, the annex 150) ends after about 70 without a mark; of 1,979
# characters of description (the layout takes 2,000) about 1,290 are printed, then "...".
# Guessed: what the XML holds is printed whole, on smaller letters or a second line.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check brazilfiscalreport==1.3.1 pypdf==6.8.0
"$dir/venv/bin/python" -W ignore - <<'PY'
import io
import re
from importlib.metadata import version

from brazilfiscalreport.danfse import Danfse
from pypdf import PdfReader

print("BrazilFiscalReport", version("brazilfiscalreport"))
KEY = "42024042211222333000181000000000000126031234567892"
NOTE = """<?xml version="1.0" encoding="UTF-8"?>
<NFSe versao="1.01" xmlns="http://www.sped.fazenda.gov.br/nfse"><infNFSe Id="NFS{key}"><xLocEmi>Blumenau</xLocEmi>
<xLocPrestacao>Blumenau</xLocPrestacao><nNFSe>1</nNFSe><cLocIncid>4202404</cLocIncid><xLocIncid>Blumenau</xLocIncid>
<xTribNac>Desenvolvimento</xTribNac><verAplic>1</verAplic><ambGer>2</ambGer><tpEmis>1</tpEmis><cStat>100</cStat>
<dhProc>2026-03-10T10:00:05-03:00</dhProc><nDFSe>1</nDFSe><emit><CNPJ>11222333000181</CNPJ><xNome>PRESTADORA LTDA</xNome>
<enderNac><xLgr>RUA</xLgr><nro>1</nro><xBairro>CENTRO</xBairro><cMun>4202404</cMun><UF>SC</UF><CEP>89010000</CEP></enderNac>
</emit><valores><vBC>10.00</vBC><vLiq>10.00</vLiq></valores><DPS versao="1.01"><infDPS Id="DPS1"><tpAmb>1</tpAmb>
<dhEmi>2026-03-10T10:00:00-03:00</dhEmi><verAplic>1</verAplic><serie>1</serie><nDPS>1</nDPS><dCompet>2026-03-10</dCompet>
<tpEmit>1</tpEmit><cLocEmi>4202404</cLocEmi><prest><CNPJ>11222333000181</CNPJ><regTrib><opSimpNac>1</opSimpNac>
<regEspTrib>0</regEspTrib></regTrib></prest><toma><CNPJ>12ABC34501DE35</CNPJ><xNome>{name}</xNome></toma><serv><locPrest>
<cLocPrestacao>4202404</cLocPrestacao></locPrest><cServ><cTribNac>010101</cTribNac><xDescServ>{description}</xDescServ>
</cServ></serv><valores><vServPrest><vServ>10.00</vServ></vServPrest><trib><tribMun><tribISSQN>1</tribISSQN>
<tpRetISSQN>1</tpRetISSQN></tribMun><totTrib>{total}</totTrib></trib></valores></infDPS></DPS></infNFSe></NFSe>"""


def words(letter, count):
    return " ".join(f"{letter}{number:04d}" for number in range(count))


def printed(**parts):
    pdf = Danfse(xml=NOTE.format(key=KEY, total="<indTotTrib>0</indTotTrib>", **parts)).output()
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(pdf))).pages)


text = printed(name=words("n", 24), description=words("d", 330))
names, described = set(re.findall(r"n\d{4}", text)), set(re.findall(r"d\d{4}", text))
print(f"words of the name: {len(names)} of 24; of the description: {len(described)} of 330")
whole = printed(name=words("n", 11), description=words("d", 200))
print("shorter ones are whole:", len(set(re.findall(r"[nd]\d{4}", whole))) == 211)
assert len(names) < 14, "changed"
assert 200 < len(described) < 230, "changed"
assert len(set(re.findall(r"[nd]\d{4}", whole))) == 211, "changed"
PY
