"""Streamlit's own English, said in Spanish by CSS alone: the text is made invisible and another one
drawn in its place.

Names for screen readers (`aria-label`), `title`s and the submenus of a column are out of CSS' reach
and stay.
"""

from __future__ import annotations

# what is pointed at (its aria-label) -> what its tooltip says
_TOOLS = {
    "Show/hide columns": "Elegir columnas",
    "Download as CSV": "Descargar lo que se ve (CSV)",
    "Search": "Buscar en la tabla",
    "Fullscreen": "Pantalla completa",
    "Close fullscreen": "Salir de la pantalla completa",
    "Show data": "Ver los datos",
    "Show chart": "Ver el gráfico",
    "Download as PNG": "Descargar la imagen",
}
_NO_MATCH = "Nada coincide con lo escrito"
_SPANS = {
    "Week": "semana",
    "Month": "mes",
    "ThreeMonths": "3 meses",
    "SixMonths": "6 meses",
    "Year": "año",
    "TwoYears": "2 años",
}
_LAST = {"Week": "Última", "Month": "Último", "Year": "Último"}
_COLUMN = '[data-testid="stDataFrameColumnMenu"] > [role="menu"] > [role="menuitem"]'
_DIALOG = (  # Streamlit's own: one of ours holds elements
    'section[role="dialog"]:not(:has([data-testid]))'
)
_MULTI = '[data-testid="stMultiSelectDropdown"]'

# selector -> text
_TEXTS = {
    '[data-empty="true"] > [role="option"] > span': _NO_MATCH,
    f'{_MULTI} [data-key="__select_all__"] > div': "Elegir todos",
    f'{_MULTI} [data-key="__select_matches__"] > div': "Elegir los que coinciden",
    ".gdg-search-status > label": "Escribe lo que buscas",
    '[data-testid="stDataFrameColumnVisibilityMenu"] [aria-label="Select all"] ~ span:last-child': (
        "Todas"
    ),
    '[data-testid="stDataFrameColumnVisibilityMenu"] [aria-label="(index)"] ~ span:last-child': (
        "(número)"
    ),
    '[data-testid="stDateInput"] [data-type="year"][data-placeholder="true"]': "aaaa",
    '[data-testid="stDateInputQuickSelect"] > div': "Periodo",
    '[data-testid="stDateInputQuickSelect"] > button': "Elegir…",
    f"{_COLUMN}:nth-child(2):has(+ [role=menuitem] + :not([role]))": "Ordenar de menor a mayor",
    f"{_COLUMN}:nth-child(3):has(+ :not([role]))": "Ordenar de mayor a menor",
    f"{_COLUMN}:nth-last-child(3)": "Ajustar el ancho",
    f"{_COLUMN}:nth-last-child(2)": "Fijar a la izquierda, o soltar",
    f"{_COLUMN}:nth-last-child(1)": "Ocultar la columna",
    **{
        f'[role="option"][data-key="past{span}"]': f"{_LAST.get(span, 'Últimos')} {text}"
        for span, text in _SPANS.items()
    },
    '[data-testid="stTooltipErrorContent"]': (
        "No se puede usar: no es del tipo que se espera, o es demasiado grande."
    ),
    f"{_DIALOG} h2": "La página no está disponible",
    f"{_DIALOG} h2 + div > div": (
        "La dirección no existe y se muestra Inicio, o la aplicación se ha detenido: ponla en"
        " marcha y recarga la página. No se ha perdido nada."
    ),
    **{
        f'body:has([data-testid="stElementToolbar"] [aria-label="{name}"]:is(:hover, :focus-visible)) [data-testid="stTooltipContent"] p': (
            text
        )
        for name, text in _TOOLS.items()
    },
}
_SIZES = {f"{_DIALOG} h2": "1.25rem"}


def css() -> str:
    """Rules for st.html; what is of no use to an operator is not drawn at all."""
    drawn = [
        f'{selector} {{ font-size: 0 !important; }} {selector}::after {{ content: "{text}"; '
        f"font-size: {_SIZES.get(selector, '0.875rem')}; }}"
        for selector, text in _TEXTS.items()
    ]
    hidden = (
        '[data-testid="stElementToolbarButton"]:has([aria-label="Copy Vega-Lite spec"]) { display:'
        " none; }"
    )
    return f"<style>{' '.join([*drawn, hidden])}</style>"
