"""What happened to a request and its note, in the words of the screens (A22). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fiscal.documents.events import (
    ANALYSIS_DENIED,
    ANALYSIS_GRANTED,
    ANALYSIS_REQUEST,
    ANNULMENT,
    CANCELED_BY_OFFICE,
    CANCELLATION,
    LOCK,
    REPLACEMENT,
    TACIT,
    UNLOCK,
)
from nfse.events import Event


@dataclass(frozen=True)
class Words:
    """One kind of line of the timeline. `shows_detail`: its detail was written for people."""

    sentence: str
    icon: str = "point"
    tone: str = "neutral"
    shows_detail: bool = False


EVENTS: Mapping[str, Words] = MappingProxyType(
    {
        Event.CONFIRMED: Words("Confirmada e guardada para envio.", "check"),
        Event.ATTEMPT: Words("Enviada ao emissor.", "send"),
        Event.ACCEPTED: Words("O emissor recebeu e está processando.", "clock", "info"),
        Event.ISSUED: Words("Nota emitida.", "circle-check", "success", shows_detail=True),
        Event.ADOPTED: Words(
            "Encontramos a nota já emitida no emissor; é esta mesma.",
            "circle-check",
            "success",
            shows_detail=True,
        ),
        Event.REJECTED: Words("O emissor recusou a nota.", "circle-x", "danger"),
        Event.ENDED_BY_GATEWAY: Words("O emissor encerrou o pedido sem emitir.", "circle-x", "danger"),
        Event.UNAVAILABLE: Words(
            "O emissor não atendeu. Tentaremos de novo sozinhos.", "cloud-off", "warning"
        ),
        Event.ANSWER_LOST: Words(
            "A resposta do emissor se perdeu. Estamos conferindo antes de qualquer novo envio.",
            "help-circle",
            "warning",
        ),
        Event.RUN_LOST: Words(
            "O envio foi interrompido. Estamos conferindo se a nota chegou.", "help-circle", "warning"
        ),
        Event.UNRECOGNIZED_STATE: Words(
            "O emissor respondeu algo que não conhecemos. Nossa equipe foi avisada.",
            "help-circle",
            "warning",
        ),
        Event.VANISHED: Words(
            "O emissor deixou de mostrar este pedido. Estamos conferindo.", "help-circle", "warning"
        ),
        Event.PROVED_ABSENT: Words("Conferimos: a nota não chegou ao emissor.", "search", shows_detail=True),
        Event.RETRIES_SPENT: Words("As tentativas de envio acabaram.", "alert-triangle", "warning"),
        Event.RETRY: Words("Nova tentativa pedida.", "refresh"),
        Event.WITHDRAWN: Words("Pedido retirado antes do envio.", "arrow-back-up"),
        Event.CLOCK_AHEAD: Words("O relógio da Receita pediu um novo horário.", "clock", shows_detail=True),
        Event.CERTIFICATE_MISSING: Words(
            "Esperando um certificado A1 válido da empresa.", "certificate", "warning", shows_detail=True
        ),
        Event.CERTIFICATE_TROUBLE: Words(
            "A conferência espera um certificado A1 válido da empresa.",
            "certificate",
            "warning",
            shows_detail=True,
        ),
        Event.GATEWAY_TROUBLE: Words(
            "O emissor recusou a nossa conexão. Nossa equipe foi avisada.", "plug-x", "warning"
        ),
        Event.GATEWAY_REFUSES_US: Words(
            "O emissor recusou a nossa conexão. Nossa equipe foi avisada.", "plug-x", "warning"
        ),
        Event.NUMBER_TAKEN: Words(
            "O número já tinha uma nota de outro conteúdo, feita por outro sistema.",
            "alert-triangle",
            "danger",
        ),
        Event.TAKEN_SETTLED: Words("Pedido encerrado: o número é de outra nota.", "circle-x", "danger"),
        Event.REISSUED: Words("O mesmo conteúdo foi confirmado de novo, com outro número.", "copy"),
        Event.REISSUE_OF: Words("Repete um pedido cujo número já estava em uso.", "copy"),
        Event.CANCEL_ASKED: Words("Cancelamento pedido.", "ban", shows_detail=True),
        Event.CANCELED: Words("Nota cancelada.", "ban", "danger"),
        Event.CANCELED_BY_CITY: Words("A prefeitura cancelou esta nota.", "building-bank", "danger"),
        Event.CANCEL_REJECTED: Words(
            "O cancelamento foi recusado; a nota continua valendo.", "circle-x", "danger"
        ),
        Event.CANCEL_OVERTAKEN: Words("Outro acontecimento chegou antes do cancelamento.", "info-circle"),
        Event.ANALYSIS_ASKED: Words("Análise fiscal pedida à prefeitura.", "building-bank", "info"),
        Event.ANALYSIS_PENDING: Words(
            "A prefeitura está analisando o cancelamento.", "building-bank", "info"
        ),
        Event.ANALYSIS_DENIED: Words(
            "A prefeitura não autorizou o cancelamento; a nota continua valendo.", "circle-x", "danger"
        ),
        Event.REPLACED: Words("Nota substituída por outra.", "replace", "warning"),
        Event.LOCKS_CHANGED: Words(
            "A prefeitura bloqueou ou liberou pedidos para esta nota.", "lock", "warning"
        ),
        Event.EMAIL_ASKED: Words("Envio por e-mail pedido.", "mail", shows_detail=True),
        Event.EMAILED: Words("Nota enviada por e-mail.", "mail-check", "success", shows_detail=True),
        Event.TAKER_EMAIL_ASKED: Words("E-mail ao tomador na fila de envio.", "mail", shows_detail=True),
        Event.TAKER_EMAILED: Words("E-mail enviado ao tomador.", "mail-check", "success", shows_detail=True),
        Event.TAKER_EMAIL_FAILED: Words(
            "O e-mail ao tomador não pôde ser entregue.", "mail-x", "danger", shows_detail=True
        ),
        Event.TAKER_EMAIL_DROPPED: Words(
            "O e-mail ao tomador não foi enviado: a nota deixou de valer antes.", "mail-off"
        ),
        Event.EMAIL_FAILED: Words("O e-mail não pôde ser entregue.", "mail-x", "danger", shows_detail=True),
    }
)
"""Every event that the engine writes (RequestEvent.event); a test holds the two together."""

UNKNOWN = Words("A situação deste pedido foi atualizada.")

NOTE_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        CANCELLATION: "Cancelamento",
        REPLACEMENT: "Cancelamento por substituição",
        ANALYSIS_REQUEST: "Pedido de análise fiscal para cancelamento",
        ANALYSIS_GRANTED: "Cancelamento deferido pela prefeitura",
        ANALYSIS_DENIED: "Cancelamento indeferido pela prefeitura",
        CANCELED_BY_OFFICE: "Cancelamento de ofício pela prefeitura",
        LOCK: "Bloqueio pela prefeitura",
        UNLOCK: "Desbloqueio pela prefeitura",
        ANNULMENT: "Anulação de uma rejeição",
        "202201": "Confirmação pelo prestador",
        "203202": "Confirmação pelo tomador",
        "204203": "Confirmação pelo intermediário",
        TACIT: "Confirmação tácita",
        "202205": "Rejeição pelo prestador",
        "203206": "Rejeição pelo tomador",
        "204207": "Rejeição pelo intermediário",
    }
)
"""What a registered event of a note is called; another one is shown by its code."""
