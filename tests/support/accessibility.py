"""What a machine can check of WCAG AA: contrast, names, labels, headings, ids, size of what is touched."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text()


def list_problems(page: Page) -> list[str]:
    """Return one sentence per problem of the page as it is shown now."""
    is_phone = (page.viewport_size or {})["width"] < 500
    return page.evaluate(SCRIPT, is_phone)


def list_hidden_focus(page: Page, *, most: int = 80) -> list[str]:
    """Go through the page by the Tab key; return what does not look different while it has the focus."""
    hidden: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            break
        if not found["visible"]:
            hidden.append(found["name"])
    return hidden


# What has the focus, and whether outline, shadow, border or ground differ from how it looks without it.
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element.dataset.walked) return null;
  element.dataset.walked = "yes";
  const shown = [element, ...(element.labels || []), element.parentElement];
  const look = () => shown.map((one) => {
    const style = getComputedStyle(one);
    const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
    return [outline, style.boxShadow, style.borderColor, style.backgroundColor].join();
  }).join();
  const focused = look();
  element.blur();
  const name = `<${element.localName}.${element.className}> ${element.textContent.trim().slice(0, 40)}`;
  return { visible: focused !== look(), name };
}"""
