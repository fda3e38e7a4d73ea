"""What the operators' pages add to the menu."""

from core.navigation import Audience, Item, Menu, Section

MENU = Menu(
    sections=(
        Section(
            "Operação",
            Audience.OPERATOR,
            (
                Item("operations:queue", "Fila", "activity", also=("operations:items", "operations:item")),
                Item(
                    "operations:deliveries",
                    "Webhooks",
                    "inbox",
                    also=("operations:delivery", "operations:replay_delivery"),
                ),
                Item("admin:index", "Administração", "settings"),
            ),
        ),
    ),
)
