"""What beat starts for Notas."""

from datetime import timedelta

from core.schedule import Periodic

SCHEDULE = [
    # Hourly, so that a day on which nothing ran at one hour is not missed: each notice goes out once.
    Periodic("nfse.send_expiry_notices", "Avisar certificados que vencem", timedelta(hours=1)),
    Periodic("nfse.announce_duties", "Avisar obrigações que começam", timedelta(hours=1)),
    Periodic("nfse.request_city_checks", "Conferir convênio das cidades", timedelta(hours=1)),
    Periodic("nfse.requeue_lost_requests", "Pedidos de nota sem trabalho na fila", timedelta(seconds=60)),
    Periodic("nfse.read_due_notes", "Reler eventos das notas", timedelta(seconds=60)),
    Periodic("nfse.sweep_packages", "Apagar fechamentos de 30 dias", timedelta(minutes=10)),
    Periodic("nfse.read_due_distributions", "Ler o que o ADN distribuiu", timedelta(seconds=60)),
    Periodic("nfse.tell_doubts", "Avisar notas em conferência há 2 horas", timedelta(minutes=10)),
]
