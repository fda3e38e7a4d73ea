"""What the accountant's pages add to the menu and the header."""

from core.navigation import Area, Audience, Item, Menu, Section
from nfse.permissions import Right

INVOICES = Section(
    "Notas",
    Audience.FIRM,
    (
        Item("nfse:dashboard", "Painel", "layout-dashboard", also=("nfse:start",)),
        Item(
            "nfse:invoices",
            "Notas emitidas",
            "file-invoice",
            also=(
                "nfse:invoice",
                "nfse:issue",
                "nfse:mirror",
                "nfse:substitute",
                "nfse:invoice_exports",
                "nfse:export_invoices",
            ),
        ),
        Item(
            "nfse:companies",
            "Empresas",
            "building",
            also=(
                "nfse:company",
                "nfse:new_company",
                "nfse:edit_company",
                "nfse:tax_profile",
                "nfse:new_service",
                "nfse:edit_service",
                "nfse:new_phone",
                "nfse:edit_phone",
                "nfse:switch_environment",
                "nfse:test_service",
            ),
        ),
        Item(
            "nfse:takers",
            "Tomadores",
            "users",
            also=("nfse:taker", "nfse:new_taker", "nfse:edit_taker", "nfse:merge_takers"),
        ),
        Item(
            "nfse:certificates",
            "Certificados",
            "certificate",
            right=Right.SEE_CERTIFICATES,
            also=("nfse:upload_certificate",),
        ),
        Item("nfse:closing", "Fechamento", "archive", right=Right.ISSUE),
        Item("nfse:cnpj_lookup", "Consulta de CNPJ", "search"),
    ),
)
FIRM = Section(
    "Contabilidade",
    Audience.FIRM,
    (
        Item("nfse:team", "Equipe", "users-group", right=Right.MANAGE_FIRM),
        Item("nfse:settings", "Configurações", "settings", right=Right.MANAGE_FIRM),
        Item("nfse:trail", "Histórico", "history", right=Right.EDIT_COMPANIES),
    ),
)
MENU = Menu(
    sections=(INVOICES, FIRM),
    area=Area("Notas", Audience.FIRM, "nfse:dashboard", ("nfse", "whatsapp"), "portal/layout.html"),
    header="portal/_header_bell.html",
    sidebar="portal/_sidebar_firm.html",
)
