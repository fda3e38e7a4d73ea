#!/usr/bin/env bash
# BrazilFiscalReport 1.3.1: the line of Lei 12.741/2012, mandatory on the DANFSe, is empty for every company of the
# Simples Nacional: pTotTribSN, the only form of the total that the authority takes from a ME/EPP (E0712), is not read;
# pTotTrib of the regime normal is.
# Guessed: "6,00%" appears somewhere in the line.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check brazilfiscalreport==1.3.1 pypdf==6.8.0
"$dir/venv/bin/python" -W ignore - <<'PY'
import io
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
<tpEmit>1</tpEmit><cLocEmi>4202404</cLocEmi><prest><CNPJ>11222333000181</CNPJ><regTrib><opSimpNac>3</opSimpNac>
<regApTribSN>1</regApTribSN><regEspTrib>0</regEspTrib></regTrib></prest><serv><locPrest>
<cLocPrestacao>4202404</cLocPrestacao></locPrest><cServ><cTribNac>010101</cTribNac><xDescServ>Sistema</xDescServ></cServ>
</serv><valores><vServPrest><vServ>10.00</vServ></vServPrest><trib><tribMun><tribISSQN>1</tribISSQN>
<tpRetISSQN>1</tpRetISSQN></tribMun><totTrib>{total}</totTrib></trib></valores></infDPS></DPS></infNFSe></NFSe>"""
FORMS = {
    "Simples": "<pTotTribSN>6.00</pTotTribSN>",
    "normal": "<pTotTrib><pTotTribFed>6.00</pTotTribFed><pTotTribEst>0.00</pTotTribEst><pTotTribMun>2.00</pTotTribMun></pTotTrib>",
}
seen = {}
for regime, total in FORMS.items():
    pdf = Danfse(xml=NOTE.format(key=KEY, total=total)).output()
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(pdf))).pages)
    line = " ".join(text[text.index("12.741") :].split())[:90]
    print(f"{regime}: {line}")
    seen[regime] = "6,00%" in text
assert seen == {"Simples": False, "normal": True}, "changed"
PY
