"""What the walks share: photographs of each step, and the sign-in of a demo person."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.support.accessibility import list_problems
from tests.support.browser import sideways_scroll
from tests.support.product import Product


class Camera:
    """Photographs steps when NITRO_SCREENSHOTS names a folder.

    Refuses a page that scrolls sideways or of which a machine sees that not everybody can use it.
    """

    def __init__(self, page: Page, suffix: str) -> None:
        self.page = page
        self.suffix = suffix
        self.folder = os.environ.get("NITRO_SCREENSHOTS")

    def look(self, step: str) -> None:
        assert sideways_scroll(self.page) <= 0, f"{step} scrolls sideways"
        assert list_problems(self.page) == [], step

    def take(self, step: str) -> None:
        self.look(step)
        if self.folder:
            self.page.screenshot(path=Path(self.folder) / f"{step}-{self.suffix}.png")


def sign_in(page: Page, product: Product, who: str, home: str) -> None:
    """Sign in as a person of `seed_demo` ("comprador", "contador"…) and wait for the page `home`."""
    shown = product.manage("seed_demo", "--show")
    email, password = re.search(rf"\b{who}\s+(\S+@\S+)\s+senha\s+(\S+)", shown).groups()
    page.goto(f"{product.url}/entrar/")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Entrar", exact=True).click()
    page.wait_for_url(f"**{home}")
