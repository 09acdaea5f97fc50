"""Every page with files and a run, light and dark: what is written can be read, and nothing outside
is asked for.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.app_server import Server
from tests.e2e.conftest import OpenTab
from tests.e2e.operator import Operator
from tests.e2e.steps import FORWARDING, PAGES, apply

VIEWS = ("Filas", "Lotes", "Por ubicación", "Auditoría")  # of the report
# The one main button of each page after a run; a second copy at the foot counts once, «Abrir» waits
# for a run to be marked.
MAIN = {
    "Inicio": {"Siguiente: Alta de numeraciones (desactivadas)"},
    "Datos": {"Continuar a Mapeo"},
    "Mapeo": {"Continuar a Ensayo"},
    "Ensayo": {"Ir a Lanzamiento"},
    "Lanzamiento": {"Ver el informe"},
    "Informe": {"Descargar Excel"},
    "Historial": {"Abrir"},
}
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3

# Each text that can be seen, with the contrast of its color to what is painted below it.
CONTRASTS = """() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return {r: n[0], g: n[1], b: n[2], a: n[3] ?? 1}; };
  const over = (a, b) => ({r: a.r*a.a + b.r*(1-a.a), g: a.g*a.a + b.g*(1-a.a), b: a.b*a.a + b.b*(1-a.a), a: 1});
  const light = c => { const f = v => { v /= 255; return v <= 0.04045 ? v/12.92 : ((v+0.055)/1.055)**2.4; };
    return 0.2126*f(c.r) + 0.7152*f(c.g) + 0.0722*f(c.b); };
  const below = element => { const stack = [];
    for (let e = element; e; e = e.parentElement) stack.unshift(parse(getComputedStyle(e).backgroundColor));
    return stack.reduce((under, c) => over(c, under), {r: 255, g: 255, b: 255, a: 1}); };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    if (element.closest("script, style, svg, canvas, [disabled], [aria-disabled=true], [data-testid=stIconMaterial]")) continue;
    const under = below(element);
    if (element.closest("label")?.querySelector("input:disabled")) continue;
    let ink = parse(getComputedStyle(element).color);
    for (let e = element; e; e = e.parentElement) ink.a *= Number(getComputedStyle(e).opacity);
    const [a, b] = [light(over(ink, under)), light(under)].sort((x, y) => y - x);
    found.push([text.slice(0, 60), Math.round(100 * (a + 0.05) / (b + 0.05)) / 100]);
  }
  return found;
}"""

# Texts that reach over the right edge of the box they are in, and fields that hide a part of
# theirs.
TOO_WIDE = """() => {
  const found = [];
  const main = document.querySelector('[data-testid=stMain]');
  if (main.scrollWidth > main.clientWidth + 1) found.push('página');
  for (const e of main.querySelectorAll('p, .card-sub, .facts dd, h3, h5, [data-testid=stDateInputFieldsScroller]')) {
    if (!e.checkVisibility() || !e.innerText?.trim()) continue;
    const box = e.closest("[data-testid=stVerticalBlock], [data-testid=stColumn]").getBoundingClientRect();
    const range = document.createRange(); range.selectNodeContents(e);
    const text = range.getBoundingClientRect();
    if (text.right > box.right + 2 || e.scrollWidth > e.clientWidth + 2) found.push(e.innerText.slice(0, 60));
  }
  return found;
}"""


# No animation that ends is running: what fades in has faded in.
FADED_IN = """() => document.getAnimations().every(
  each => each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_a_page_writes_can_be_read(
    open_tab: OpenTab, server: Server, examples: Path, dark: bool
) -> None:
    tab = open_tab(server, dark=dark)
    apply(tab, examples, FORWARDING)
    assert {page: faint_texts(tab, page) for page in PAGES} == {page: [] for page in PAGES}
    assert {page: main_buttons(tab, page) for page in PAGES} == MAIN
    views = {view: faint_texts(tab, "Informe", view=view) for view in VIEWS}
    assert views == {view: [] for view in VIEWS}
    assert tab.outside == []
    tab.page.set_viewport_size({"width": 1024, "height": 576})  # 125 % on a small laptop
    assert {page: too_wide(tab, page) for page in PAGES} == {page: [] for page in PAGES}


def too_wide(tab: Operator, page: str) -> list[str]:
    """What sticks out of its box or of the page, and dates that are cut."""
    go_to(tab, page)
    found: list[str] = tab.page.evaluate(TOO_WIDE)
    return found


def faint_texts(tab: Operator, page: str, *, view: str = "") -> list[tuple[str, float]]:
    """(text, contrast) of what is hard to read on a page."""
    go_to(tab, page)
    if view:
        tab.pick(view)
        faded_in(tab)
    assert tab.page.locator("[data-testid=stException]").count() == 0
    found: list[tuple[str, float]] = tab.page.evaluate(CONTRASTS)
    assert len(found) > 10
    return [(text, ratio) for text, ratio in found if ratio < MIN_CONTRAST]


def main_buttons(tab: Operator, page: str) -> set[str]:
    """Labels of the primary buttons that can be seen, with the panels of the page opened."""
    go_to(tab, page)
    if page == "Mapeo":
        tab.press("Elegir filas…")
        tab.page.get_by_role("radio", name="Filas", exact=True).click()
        tab.page.get_by_label("Filas, como las numera Excel").fill("2-9")
        tab.page.keyboard.press("Enter")
        tab.page.get_by_role("button", name="Elegir 8 filas").wait_for()
    tab.press("Conectar")
    tab.page.get_by_label("Token de Webex").wait_for()
    found = tab.page.locator("button[kind^=primary]").all()
    labels = {button.inner_text() for button in found if button.is_visible()}
    tab.page.keyboard.press("Escape")
    tab.idle()
    return labels


def go_to(tab: Operator, page: str) -> None:
    tab.open(page)
    faded_in(tab)


def faded_in(tab: Operator) -> None:
    """Wait until no transition or animation of the page is under way, spinning icons apart."""
    tab.page.wait_for_function(FADED_IN)
