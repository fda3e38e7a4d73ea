"""What the operators' pages add to the menu."""

from core.navigation import Audience, Item, Menu, Section

MENU = Menu(
    sections=(
        Section(
            "Operação",
            Audience.OPERATOR,
            (
                Item("operations:home", "Painel", "layout-dashboard"),
                Item("operations:queue", "Fila", "activity", also=("operations:items", "operations:item")),
                Item("operations:notes", "Notas", "file-invoice", also=("operations:note",)),
                Item(
                    "operations:firms",
                    "Contabilidades",
                    "building",
                    also=("operations:firm", "operations:company"),
                ),
                Item("operations:certificates", "Certificados", "certificate"),
                Item(
                    "operations:deliveries",
                    "Webhooks",
                    "inbox",
                    also=("operations:delivery", "operations:replay_delivery"),
                ),
                Item("operations:machine", "Servidor", "server"),
                Item("admin:index", "Administração", "settings"),
            ),
        ),
    ),
)
