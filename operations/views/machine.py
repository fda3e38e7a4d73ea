"""/operacao/servidor/: whether everything that Nitro needs works, and what the machine says of itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import operator_required
from core.health import run_checks
from operations.models import MachineReport
from operations.selectors.machine import list_late_reports, list_reports

TITLES = {
    "database": "Banco de dados",
    "broker": "Fila de avisos (broker)",
    "cache": "Cache",
    "migrations": "Migrações",
    "disk": "Discos",
    "queue": "Processos e filas",
    "certificate": "Certificado do site",
}


@require_safe
@operator_required
def machine(request: HttpRequest) -> HttpResponse:
    reports = list_reports()
    context = {
        "checks": [(TITLES.get(finding.name, finding.name), finding) for finding in run_checks()],
        "reports": [(subject.label, reports.get(subject)) for subject in MachineReport.Subject],
        "late": {subject.label for subject in map(MachineReport.Subject, list_late_reports(timezone.now()))},
    }
    return render(request, "operations/machine.html", context)
