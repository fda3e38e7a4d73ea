"""What credits add to the menu and the header."""

from core.navigation import Audience, Item, Menu, Section

MENU = Menu(
    sections=(
        Section(
            "Créditos",
            Audience.BUYER,
            (
                Item("credits:buy", "Comprar créditos", "coins"),
                Item("credits:orders", "Pedidos", "shopping-cart", also=("credits:order",)),
                Item("credits:statement", "Extrato", "receipt-2"),
            ),
        ),
    ),
    header="credits/_header_balance.html",
)
