"""What beat starts for Notas."""

from datetime import timedelta

from core.schedule import Periodic
from nfse.services.city_check import request_due_checks
from nfse.services.closing.sweeping import sweep_packages
from nfse.services.duties import announce_duties
from nfse.services.expiry import send_expiry_notices
from nfse.services.issuing.sweeping import requeue_lost_requests
from nfse.services.issuing.telling import tell_doubts
from nfse.services.notes.distribution import enqueue_due_distributions
from nfse.services.notes.reading import enqueue_due_readings

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SCHEDULE = [
    # Hourly, so that a day on which nothing ran at one hour is not missed: each notice goes out once.
    Periodic(
        "nfse.send_expiry_notices",
        "Avisar certificados que vencem",
        HOUR,
        send_expiry_notices,
        "{} certificados avisados",
    ),
    Periodic(
        "nfse.announce_duties",
        "Avisar obrigações que começam",
        HOUR,
        announce_duties,
        "{} contabilidades avisadas",
    ),
    Periodic("nfse.request_city_checks", "Conferir convênio das cidades", HOUR, request_due_checks),
    Periodic(
        "nfse.requeue_lost_requests", "Pedidos de nota sem trabalho na fila", MINUTE, requeue_lost_requests
    ),
    Periodic("nfse.read_due_notes", "Reler eventos das notas", MINUTE, enqueue_due_readings),
    Periodic(
        "nfse.sweep_packages",
        "Apagar fechamentos de 30 dias",
        10 * MINUTE,
        sweep_packages,
        "{0.expired} apagados, {0.lost} retomados, {0.strays} restos removidos",
    ),
    Periodic("nfse.read_due_distributions", "Ler o que o ADN distribuiu", MINUTE, enqueue_due_distributions),
    Periodic("nfse.tell_doubts", "Avisar notas em conferência há 2 horas", 10 * MINUTE, tell_doubts),
]
