#!/usr/bin/env bash
# nfelib 3.2.0 (October 2026): validate_xml() of a DPS refuses the alphanumeric CNPJ, in the Id too, with the schema it carries, that
# of 9 February 2026; in production the authority takes it since 10 August 2026, by the bundle of 27 July. Its classes write the letters.
# Guessed: a release of October has the schema in force, as both are layout 1.01 and have files of the same names.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check nfelib==3.2.0 lxml==6.1.3 python-stdnum==2.2
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version

from nfelib.nfse.bindings.v1_0 import Dps
from stdnum.br import cnpj

print("nfelib", version("nfelib"))
DPS = """<DPS xmlns="http://www.sped.fazenda.gov.br/nfse" versao="1.01"><infDPS Id="DPS42024042{company}00001000000000000057">
<tpAmb>1</tpAmb><dhEmi>2026-09-10T10:00:00-03:00</dhEmi><verAplic>1</verAplic><serie>1</serie><nDPS>57</nDPS>
<dCompet>2026-09-10</dCompet><tpEmit>1</tpEmit><cLocEmi>4202404</cLocEmi><prest><CNPJ>{company}</CNPJ><regTrib>
<opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib></regTrib></prest><serv><locPrest><cLocPrestacao>4202404</cLocPrestacao>
</locPrest><cServ><cTribNac>010101</cTribNac><xDescServ>Sistema</xDescServ></cServ></serv><valores><vServPrest>
<vServ>10.00</vServ></vServPrest><trib><tribMun><tribISSQN>1</tribISSQN><tpRetISSQN>1</tpRetISSQN></tribMun><totTrib>
<indTotTrib>0</indTotTrib></totTrib></trib></valores></infDPS></DPS>"""
seen = {}
for company in ("11222333000181", "12ABC34501DE35"):
    assert cnpj.is_valid(company), "the sample is not valid"
    dps = Dps.from_xml(DPS.format(company=company))
    errors = dps.validate_xml()
    seen[company] = (len(errors), f"<CNPJ>{company}</CNPJ>" in dps.to_xml())
    print(f"{company}: written {seen[company][1]}, errors {errors}")
assert seen == {"11222333000181": (0, True), "12ABC34501DE35": (2, True)}, "changed"
PY
