"""What the chat adds to the menu of Notas."""

from core.navigation import Audience, Item, Menu, Section
from nfse.permissions import Right

CHAT = Section(
    "WhatsApp",
    Audience.FIRM,
    (
        Item("whatsapp:sessions", "Conversas", "messages", right=Right.ANSWER, also=("whatsapp:transcript",)),
        Item(
            "whatsapp:channels",
            "Canais",
            "brand-whatsapp",
            right=Right.SEE_CHANNELS,
            also=("whatsapp:channel", "whatsapp:new_channel"),
        ),
        Item("whatsapp:ai_usage", "Uso de IA", "chart-bar", right=Right.EDIT_CHANNELS),
        Item("whatsapp:simulator", "Simulador", "device-mobile-message", right=Right.EDIT_CHANNELS),
    ),
)
MENU = Menu(sections=(CHAT,))
