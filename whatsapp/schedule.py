"""What beat starts for the chat."""

from datetime import time, timedelta

from core.schedule import Periodic
from whatsapp.services.ai_models import check_models
from whatsapp.services.media import requeue_lost_media
from whatsapp.services.reconciling import enqueue_reconciliations
from whatsapp.services.retention import delete_old_messages
from whatsapp.services.sending.sweeping import ring_lost_sendings
from whatsapp.services.sweeping import ring_lost_conversations
from whatsapp.services.talking.clocks import mind_clocks
from whatsapp.services.watching import watch_channels

MINUTE = timedelta(minutes=1)

SCHEDULE = [
    Periodic(
        "whatsapp.ring_conversations", "Conversas com mensagens sem trabalho", MINUTE, ring_lost_conversations
    ),
    Periodic("whatsapp.ring_sendings", "Respostas esperando envio", MINUTE, ring_lost_sendings),
    Periodic("whatsapp.requeue_media", "Áudios esperando busca", MINUTE, requeue_lost_media),
    Periodic("whatsapp.watch_channels", "Avisar canais fora do ar", MINUTE, watch_channels, "{} avisados"),
    Periodic(
        "whatsapp.mind_clocks", "Lembrar e encerrar conversas paradas", MINUTE, mind_clocks, "{} conversas"
    ),
    Periodic(
        "whatsapp.reconcile",
        "Procurar mensagens que o webhook perdeu",
        5 * MINUTE,
        enqueue_reconciliations,
        "{} canais",
    ),
    Periodic(
        "whatsapp.check_models", "Conferir os modelos de IA", time(5, 40), check_models, "{} não existem"
    ),
    Periodic(
        "whatsapp.delete_old_messages",
        "Apagar áudios e conversas antigas",
        time(4, 20),
        delete_old_messages,
        "{0.media} áudios, {0.messages} mensagens, {0.sessions} pedidos, {0.people} pessoas",
    ),
]
