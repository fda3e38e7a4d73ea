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


@dataclass(frozen=True)
class Words:
    """One kind of line of the timeline. `shows_detail`: its detail was written for people."""

    sentence: str
    icon: str = "point"
    tone: str = "neutral"
    shows_detail: bool = False


EVENTS: Mapping[str, Words] = MappingProxyType(
    {
        "confirmed": Words("Confirmada e guardada para envio.", "check"),
        "attempt": Words("Enviada ao emissor.", "send"),
        "accepted": Words("O emissor recebeu e está processando.", "clock", "info"),
        "issued": Words("Nota emitida.", "circle-check", "success", shows_detail=True),
        "adopted": Words(
            "Encontramos a nota já emitida no emissor; é esta mesma.",
            "circle-check",
            "success",
            shows_detail=True,
        ),
        "rejected": Words("O emissor recusou a nota.", "circle-x", "danger"),
        "ended_by_gateway": Words("O emissor encerrou o pedido sem emitir.", "circle-x", "danger"),
        "unavailable": Words("O emissor não atendeu. Tentaremos de novo sozinhos.", "cloud-off", "warning"),
        "answer_lost": Words(
            "A resposta do emissor se perdeu. Estamos conferindo antes de qualquer novo envio.",
            "help-circle",
            "warning",
        ),
        "run_lost": Words(
            "O envio foi interrompido. Estamos conferindo se a nota chegou.", "help-circle", "warning"
        ),
        "unrecognized_state": Words(
            "O emissor respondeu algo que não conhecemos. Nossa equipe foi avisada.",
            "help-circle",
            "warning",
        ),
        "vanished": Words(
            "O emissor deixou de mostrar este pedido. Estamos conferindo.", "help-circle", "warning"
        ),
        "proved_absent": Words("Conferimos: a nota não chegou ao emissor.", "search", shows_detail=True),
        "retries_spent": Words("As tentativas de envio acabaram.", "alert-triangle", "warning"),
        "retry": Words("Nova tentativa pedida.", "refresh"),
        "withdrawn": Words("Pedido retirado antes do envio.", "arrow-back-up"),
        "clock_ahead": Words("O relógio da Receita pediu um novo horário.", "clock", shows_detail=True),
        "certificate_missing": Words(
            "Esperando um certificado A1 válido da empresa.", "certificate", "warning", shows_detail=True
        ),
        "certificate_trouble": Words(
            "A conferência espera um certificado A1 válido da empresa.",
            "certificate",
            "warning",
            shows_detail=True,
        ),
        "gateway_trouble": Words(
            "O emissor recusou a nossa conexão. Nossa equipe foi avisada.", "plug-x", "warning"
        ),
        "gateway_refuses_us": Words(
            "O emissor recusou a nossa conexão. Nossa equipe foi avisada.", "plug-x", "warning"
        ),
        "number_taken": Words(
            "O número já tinha uma nota de outro conteúdo, feita por outro sistema.",
            "alert-triangle",
            "danger",
        ),
        "taken_settled": Words("Pedido encerrado: o número é de outra nota.", "circle-x", "danger"),
        "reissued": Words("O mesmo conteúdo foi confirmado de novo, com outro número.", "copy"),
        "reissue_of": Words("Repete um pedido cujo número já estava em uso.", "copy"),
        "cancel_asked": Words("Cancelamento pedido.", "ban", shows_detail=True),
        "canceled": Words("Nota cancelada.", "ban", "danger"),
        "canceled_by_city": Words("A prefeitura cancelou esta nota.", "building-bank", "danger"),
        "cancel_rejected": Words(
            "O cancelamento foi recusado; a nota continua valendo.", "circle-x", "danger"
        ),
        "cancel_overtaken": Words("Outro acontecimento chegou antes do cancelamento.", "info-circle"),
        "analysis_asked": Words("Análise fiscal pedida à prefeitura.", "building-bank", "info"),
        "analysis_pending": Words("A prefeitura está analisando o cancelamento.", "building-bank", "info"),
        "analysis_denied": Words(
            "A prefeitura não autorizou o cancelamento; a nota continua valendo.", "circle-x", "danger"
        ),
        "replaced": Words("Nota substituída por outra.", "replace", "warning"),
        "locks_changed": Words("A prefeitura bloqueou ou liberou pedidos para esta nota.", "lock", "warning"),
        "email_asked": Words("Envio por e-mail pedido.", "mail", shows_detail=True),
        "emailed": Words("Nota enviada por e-mail.", "mail-check", "success", shows_detail=True),
        "taker_email_asked": Words("E-mail ao tomador na fila de envio.", "mail", shows_detail=True),
        "taker_emailed": Words("E-mail enviado ao tomador.", "mail-check", "success", shows_detail=True),
        "taker_email_failed": Words(
            "O e-mail ao tomador não pôde ser entregue.", "mail-x", "danger", shows_detail=True
        ),
        "taker_email_dropped": Words(
            "O e-mail ao tomador não foi enviado: a nota deixou de valer antes.", "mail-off"
        ),
        "email_failed": Words("O e-mail não pôde ser entregue.", "mail-x", "danger", shows_detail=True),
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

FIGURES: Mapping[str, str] = MappingProxyType(
    {"iss": "ISS", "withheld": "Total retido", "net": "Líquido", "ibs": "IBS", "cbs": "CBS"}
)
"""The figures that `reconcile_amounts` compares."""
