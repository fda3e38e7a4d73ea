"""Chromium for the browser tests: one browser per module, one fresh context per walk."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from embedded.chromium import get_chromium

# Offline by construction: no update check, no look-up of the vendor's hosts.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start headless Chromium. Raises ChromiumMissing with what to install."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_chromium(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(
    browser: Browser, *, width: str, scheme: str, answers: Collection[int] = (422,)
) -> Iterator[Page]:
    """Open a page as a person in Brazil would; fail if the page's console complained.

    Args:
        width: "desktop" or "phone".
        scheme: "light" or "dark".
        answers: statuses above 400 that the walk asks for: a form that is refused has 422.
    """
    context = browser.new_context(
        viewport=DESKTOP if width == "desktop" else PHONE,
        is_mobile=width == "phone",
        has_touch=width == "phone",
        color_scheme=scheme,
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if _is_complaint(message, answers) else None,
    )
    yield page
    context.close()
    assert complaints == [], f"the browser's console complained: {complaints}"


def _is_complaint(message: ConsoleMessage, answers: Collection[int]) -> bool:
    """Whether something is wrong; an answer that the walk asked for is not, though Chromium calls it so."""
    if message.type != "error":
        return False
    status = re.search(r"the server responded with a status of (\d{3})", message.text)
    return status is None or int(status[1]) not in answers


def sideways_scroll(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
