"""What Streamlit itself says is read in Spanish: its dialogs, tooltips, menus and lists."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.operator import HANDLED, Operator
from tests.e2e.steps import FORWARDING, apply

# The text that is drawn in an element: its own when it has a size, else the one put in its place.
DRAWN = """e => {
  const own = getComputedStyle(e), other = getComputedStyle(e, '::after');
  return parseFloat(own.fontSize) > 0 ? e.innerText : other.content.replaceAll('"', '') + (parseFloat(other.fontSize) > 9 ? '' : '!');
}"""
MENU = "[data-testid=stDataFrameColumnMenu] [role=menuitem]"


def drawn(tab: Operator, selector: str) -> list[str]:
    """The texts that can be read in the elements, once there are any."""
    tab.page.locator(selector).first.wait_for(state="attached")
    return [str(each.evaluate(DRAWN)) for each in tab.page.locator(selector).all()]


def tooltip(tab: Operator, label: str) -> str:
    """Of a button of the bar over a table or a chart."""
    tab.page.locator(f"[data-testid=stElementToolbar] [aria-label='{label}']").first.hover()
    tab.page.locator("[data-testid=stTooltipContent] p", has_text=label).first.wait_for(
        state="attached"
    )
    return drawn(tab, "[data-testid=stTooltipContent] p")[0]


def test_an_address_that_does_not_exist_is_shown_in_spanish(operator: Operator) -> None:
    operator.go("/nada")
    assert drawn(operator, "section[role=dialog] h2") == ["La página no está disponible"]
    assert drawn(operator, "section[role=dialog] h2 + div > div")[0].startswith(
        "La dirección no existe y se muestra Inicio"
    )


def test_a_server_that_is_gone_is_shown_in_spanish(operator: Operator) -> None:
    operator.go("/Datos")
    operator.server.kill()
    assert drawn(operator, "section[role=dialog] h2") == ["La página no está disponible"]


def test_the_tools_of_a_table_speak_spanish(operator: Operator, examples: Path) -> None:
    operator.go("/Datos")
    operator.upload(examples)
    operator.pick("Vista previa")
    table = operator.page.locator("[data-testid=stDataFrame]").first
    table.hover()
    assert tooltip(operator, "Download as CSV") == "Descargar lo que se ve (CSV)"
    table.hover()
    operator.page.locator("[aria-label='Show/hide columns']").first.click()
    assert (
        drawn(operator, "[data-testid=stDataFrameColumnVisibilityMenu] label > span:last-child")[0]
        == "Todas"
    )
    operator.page.keyboard.press("Escape")
    operator.page.locator("[aria-label='Search']").first.click()
    assert drawn(operator, ".gdg-search-status > label") == ["Escribe lo que buscas"]
    operator.page.keyboard.press("Escape")
    menu = drawn_menu(operator)
    assert [
        text for text in menu if "chevron_right" not in text
    ] == [  # what opens a further menu keeps its name
        "Ordenar de menor a mayor",
        "Ordenar de mayor a menor",
        "Ajustar el ancho",
        "Fijar a la izquierda, o soltar",
        "Ocultar la columna",
    ]


def drawn_menu(tab: Operator) -> list[str]:
    """The menu of the first column of text, at the right end of its header."""
    table = tab.page.locator("[data-testid=stDataFrame]").first
    box = table.bounding_box()
    header = box["y"] + 18
    for x in range(120, 400, 8):
        tab.page.mouse.move(box["x"] + x - 3, header)
        tab.page.mouse.click(box["x"] + x, header)
        tab.page.evaluate(HANDLED)
        if tab.page.locator(MENU).count():
            return drawn(tab, MENU)
    raise AssertionError("the header opened no menu")


def test_lists_dates_and_refused_files_speak_spanish(operator: Operator, examples: Path) -> None:
    apply(operator, examples, FORWARDING)
    operator.open("Historial")
    operator.page.get_by_role("combobox", name="Acción").fill("zzzz")
    assert drawn(operator, "[role=listbox] [role=option] > span") == [
        "Nada coincide con lo escrito"
    ]
    operator.page.keyboard.press("Escape")
    operator.page.get_by_role("combobox", name="Estado").click()
    assert drawn(operator, "[role=listbox] [data-key=__select_all__] > div") == ["Elegir todos"]
    operator.page.keyboard.press("Escape")
    operator.page.locator("[data-testid=stDateInput] button").first.click()
    assert drawn(operator, "[data-testid=stDateInputQuickSelect] > *") == ["Periodo", "Elegir…"]
    operator.page.locator("[data-testid=stDateInputQuickSelect] button").click()
    periods = drawn(operator, "[role=option][data-key^=past]")
    assert periods == [
        "Última semana",
        "Último mes",
        "Últimos 3 meses",
        "Últimos 6 meses",
        "Último año",
        "Últimos 2 años",
    ]
    operator.page.keyboard.press("Escape")
    operator.page.keyboard.press("Escape")
    operator.open("Mapeo")
    operator.press("Cargar mapeo")
    operator.page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(
        str(examples / "USUARIOS.CSV")
    )
    operator.page.locator("[data-testid=stFileChip]").first.hover()
    assert drawn(operator, "[data-testid=stTooltipErrorContent]")[0].startswith("No se puede usar")
