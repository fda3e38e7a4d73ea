"""What operators call the kinds of work, and where the ids in a payload lead."""

from collections.abc import Mapping

from django.urls import NoReverseMatch, reverse

TITLES: Mapping[str, str] = {
    "accounts.request_reset": "Procurar quem esqueceu a senha",
    "accounts.send_email": "E-mail da conta",
    "credits.tell_differences": "E-mail sobre diferença no extrato",
    "credits.check_ledger_now": "Conferir o extrato",
    "credits.check_order": "Conferir pedido de créditos",
    "credits.look_for_reversals": "Ler devoluções e contestações na Stripe",
    "credits.handle_stripe_event": "Aviso da Stripe",
    "credits.open_checkout": "Abrir pagamento",
    "credits.send_refund": "Devolver pagamento",
    "credits.tell_paid": "E-mail de pagamento",
    "credits.tell_low_balance": "E-mail de saldo baixo",
    "leads.run_search": "Busca de empresas",
    "nfse.ask_request": "Perguntar pela nota",
    "nfse.cancel_note": "Cancelar nota",
    "nfse.check_city": "Conferir convênio da cidade",
    "nfse.email_note": "E-mail com a nota",
    "nfse.email_taker": "E-mail ao tomador",
    "nfse.issue_purchase_note": "Nota da compra de créditos",
    "nfse.fetch_picture": "PDF da nota",
    "nfse.make_package": "Pacote de notas",
    "nfse.read_city": "Ler dados da cidade",
    "nfse.read_distribution": "Ler o que o ADN distribuiu",
    "nfse.read_note": "Reler a nota",
    "nfse.send_invite_letter": "E-mail de convite",
    "nfse.send_notice_email": "E-mail de aviso",
    "nfse.send_request": "Enviar nota",
    "nfse.set_up_company": "Cadastro no PlugNotas",
    "nfse.tell_firm_taken": "E-mail sobre cadastro repetido",
    "nfse.tell_package_failed": "E-mail sobre pacote que falhou",
    "operations.alert": "E-mail à operação",
    "registry.fetch_cnpj": "Consultar CNPJ",
    "whatsapp.ask_registry": "Consultar CNPJ para a conversa",
    "whatsapp.check_channel": "Conferir canal do WhatsApp",
    "whatsapp.converse": "Responder conversa",
    "whatsapp.fetch_media": "Buscar áudio da conversa",
    "whatsapp.hand_over": "Enviar PDF e XML na conversa",
    "whatsapp.hear_registry": "Conversa: CNPJ respondido",
    "whatsapp.hear_request": "Conversa: pedido mudou",
    "whatsapp.mind_clock": "Lembrar conversa parada",
    "whatsapp.order_channel": "Mudar canal do WhatsApp",
    "whatsapp.reconcile_channel": "Conferir mensagens do canal",
    "whatsapp.send": "Enviar resposta",
    "whatsapp.tell_ban": "E-mail de número bloqueado",
    "whatsapp.tell_lookup": "Conversa: avisar consulta",
    "whatsapp.tell_waiting": "Conversa: avisar que a nota demora",
}
LETTERS = frozenset(
    {
        "accounts.send_email",
        "credits.tell_differences",
        "credits.tell_low_balance",
        "credits.tell_paid",
        "nfse.email_note",
        "nfse.email_taker",
        "nfse.send_invite_letter",
        "nfse.send_notice_email",
        "nfse.tell_firm_taken",
        "nfse.tell_package_failed",
        "operations.alert",
        "whatsapp.tell_ban",
    }
)
"""The kinds whose whole work is an e-mail."""

LINKS: Mapping[str, tuple[str, str]] = {
    "request_id": ("Nota", "operations:note"),
    "company_id": ("Empresa", "operations:company"),
    "firm_id": ("Contabilidade", "operations:firm"),
    "search_id": ("Busca", "admin:leads_search_change"),
    "user_id": ("Pessoa", "admin:accounts_user_change"),
    "order_id": ("Pedido", "admin:credits_order_change"),
    "delivery_id": ("Webhook", "operations:delivery"),
}


def title_of(kind: str) -> str:
    """What a kind is called; a kind of a former version by its own name."""
    return TITLES.get(kind, kind)


def links_of(payload: object) -> list[tuple[str, str]]:
    """Label and address of each thing that a payload names."""
    found = []
    for name, value in payload.items() if isinstance(payload, dict) else ():
        if name in LINKS and isinstance(value, int):
            label, view = LINKS[name]
            try:
                found.append((f"{label} {value}", reverse(view, args=[value])))
            except NoReverseMatch:
                continue
    return found
