"""What the leads business adds to the menu."""

from core.navigation import Area, Audience, Item, Menu, Section

MENU = Menu(
    sections=(
        Section(
            "Leads",
            Audience.BUYER,
            (
                Item("leads:dashboard", "Painel", "layout-dashboard"),
                Item("leads:searches", "Minhas buscas", "search", also=("leads:search",)),
                Item("leads:base", "Minha base", "building-store", also=("leads:company",)),
            ),
        ),
    ),
    area=Area("Leads", Audience.BUYER, "leads:dashboard", ("leads", "credits"), "leads/layout.html"),
)
