"""What no template and no script may contain, whoever writes it (R27, R108, strict CSP)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
APPS = [
    "core",
    "accounts",
    "queue_worker",
    "registry",
    "credits",
    "nfse",
    "portal",
    "leads",
    "whatsapp",
    "operations",
]
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app / "templates").rglob("*.html"))
SCRIPTS = sorted(path for app in APPS for path in (ROOT / app / "static").rglob("*.js"))
LETTERS = re.compile(r"/(mail|emails)/")
PAGES = [path for path in TEMPLATES if not LETTERS.search(path.as_posix())]

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on", re.IGNORECASE
)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape off|\|\s*safeseq\b")
BUILDS_HTML = re.compile(r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function")
# A number in a template gets the dots of thousands: an id of 1000 would be "1.000".
DOTTED_ID = re.compile(r"=\"[^\"]*\{\{\s*(?:[\w.]+\.)?(?:pk|[a-z]+\.(?!auto_)[a-z_]+_id|[a-z]+\.id)\s*\}\}")
FORM = re.compile(r"<form\b(?:[^>{]|\{%.*?%\}|\{\{.*?\}\}|\{)*>", re.DOTALL)
# One way to write things: "NFS-e 1", "Porto Alegre - RS", "o Nitro" (docs/glossary.md).
OTHER_WORDS = re.compile(
    r"\b(?:[Aa]|[Dd]a|[Nn]a|[Pp]ela|à) Nitro\b|[Nn]ota (?:nº ?)?\{\{[\w. ]*number"
    r"|\}\} ?/ ?\{\{[\w. ]*\buf\b|\{name\}/\{uf\}"
)
DEAD_LINK = re.compile(r"href=[\"'](?:#|)[\"']")


def name_of(path):
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at():
    assert len(TEMPLATES) > 50
    assert len(SCRIPTS) >= 5


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path):
    engines["django"].from_string(path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_has_no_inline_script_style_or_dead_link(path):
    text = path.read_text()
    assert INLINE.findall(text) == []
    assert DEAD_LINK.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_an_id_in_an_attribute_has_no_dots_of_thousands(path):
    assert DOTTED_ID.findall(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_from_outside_escapes_escaping(path):
    assert UNESCAPED.findall(path.read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_builds_no_html_from_text(path):
    assert BUILDS_HTML.findall(path.read_text()) == []


@pytest.mark.parametrize("path", [path for path in PAGES if "/admin/" not in path.as_posix()], ids=name_of)
def test_no_form_is_judged_by_the_browser(path):
    assert [form for form in FORM.findall(path.read_text()) if "novalidate" not in form] == []


def test_things_are_written_in_one_way():
    sources = [path for app in [*APPS, "fiscal", "whatsapp", "inbox"] for path in (ROOT / app).rglob("*.py")]
    texts = [path for app in APPS for path in (ROOT / app / "templates").rglob("*.txt")]
    looked_at = [*TEMPLATES, *texts, *(path for path in sources if "tests" not in path.parts)]
    found = {name_of(path): OTHER_WORDS.findall(path.read_text()) for path in looked_at}
    assert {name: words for name, words in found.items() if words} == {}
