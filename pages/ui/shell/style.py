"""The little CSS that the theme cannot say: package, mode strip, counters (docs/interfaz.md 2 and
3); Spanish for Streamlit's own English.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.shell import spanish
from pages.ui.widgets.palette import is_dark

_PRODUCTION = {False: ("#1A2430", "#FFFFFF"), True: ("#E6EAF0", "#0F1720")}
_SANDBOX = {False: ("#D9ECF7", "#0F3B5E"), True: ("#12384F", "#BFE3F7")}
_LINES = {False: ("#D5DBE3", "#566270"), True: ("#2C3846", "#9AA6B2")}

_CSS = """
<style>
[data-testid="stMainBlockContainer"] {{ padding: 2.5rem 2rem 1rem; }}
[data-testid="stHeader"] {{ height: 2.2rem; background: transparent; }}
[data-testid="stSidebarContent"] {{ padding: 0; }}
[data-testid="stSidebarUserContent"] {{ padding: 0 0.9rem 1rem; }}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] {{ gap: 0.5rem; }}
[data-testid="stSidebarHeader"] {{ height: 2.2rem; margin: 0; padding: 0 0.6rem; }}
[data-testid="stMain"] h3 {{ padding: 0; font-size: 1.5rem; }}
[data-testid="stMain"] h5 {{ padding: 0 0 0.5rem; font-size: 1.05rem; }}
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {{ color: {muted}; opacity: 1; }}
button[role="radio"][aria-checked="true"] p, [role="tab"][aria-selected="true"] p {{ color: {accent}; }}
.strip {{ position: fixed; top: 0; left: 0; right: 0; height: 1.35rem; line-height: 1.35rem; z-index: 5; text-align: center;
  font-size: 0.72rem; font-weight: 600; letter-spacing: 0.04em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }}
.mode {{ border-radius: 6px; padding: 0.45rem 0.6rem; font-size: 0.8rem; line-height: 1.3; overflow-wrap: anywhere; }}
.mode b {{ display: block; letter-spacing: 0.04em; }}
.production {{ background: {prod_back}; color: {prod_ink}; }}
.sandbox {{ background: {box_back}; color: {box_ink}; }}
.mode.sandbox {{ border: 1px dashed {box_ink}; }}
.strip.sandbox {{ border-bottom: 1px dashed {box_ink}; }}
.counters {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 0.5rem; }}
.counter {{ border: 1px solid {line}; border-radius: 8px; padding: 0.4rem 0.7rem; }}
.counter .n {{ font-size: 1.45rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }}
.counter .w {{ font-size: 0.8rem; color: {muted}; white-space: nowrap; }}
.map {{ display: block; width: 100%; max-height: 17rem; object-fit: contain; object-position: left top; }}
.legend {{ display: flex; flex-wrap: wrap; gap: 0.2rem 0.9rem; font-size: 0.75rem; color: {muted}; margin-top: 0.35rem; }}
.legend img {{ width: 11px; height: 11px; vertical-align: -1px; margin-right: 0.25rem; }}
.bars {{ display: grid; grid-template-columns: fit-content(7.5rem) 1fr auto; gap: 0.2rem 0.6rem; align-items: center;
  font-size: 0.82rem; }}
.bars .name {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
.bars .bar {{ display: flex; height: 0.62rem; border-radius: 3px; overflow: hidden; background: {line}; }}
.bars .fig {{ font-variant-numeric: tabular-nums; color: {muted}; white-space: nowrap; }}
.step {{ font-size: 0.74rem; color: {muted}; margin: -0.25rem 0 0 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }}
.step.warn {{ color: {amber}; }}
.card-sub {{ font-size: 0.82rem; color: {muted}; line-height: 1.3; min-height: 2.1rem; overflow-wrap: anywhere; }}
.facts {{ display: grid; grid-template-columns: 11.5rem 1fr; font-size: 0.875rem; line-height: 1.4; }}
.facts, .facts > * {{ margin: 0 !important; }}
.facts > * {{ padding: 0.35rem 0; border-bottom: 1px solid {line}; overflow-wrap: anywhere; }}
.facts dt {{ color: {muted}; padding-right: 1rem; }}
[data-testid="InputInstructions"] {{ display: none; }}
.st-key-road [data-testid="stMarkdownContainer"] p {{ line-height: 1.3; }}
.st-key-road button {{ min-height: 1.5rem; padding: 0 0.2rem 0.4rem; }}
@media (max-width: 1100px) {{
  .counters {{ grid-template-columns: repeat(auto-fit, minmax(22%, 1fr)); }}
  [class*="st-key-under_"] > [data-testid="stHorizontalBlock"],
  [class*="st-key-under_"] > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] {{ flex-wrap: wrap; }}
  [class*="st-key-under_"] > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"],
  [class*="st-key-under_"] > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] {{
    min-width: 100%; }}
}}
[data-testid="stFileUploaderDropzone"] button p, [data-testid="stFileUploaderDropzoneInstructions"] span {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "Elegir fichero"; font-size: 0.875rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{
  content: "o arrástralo aquí · hasta {most} MB; si es mayor, con la línea de órdenes (bulk)";
  font-size: 0.82rem; white-space: normal; }}
</style>
"""


def put() -> None:
    dark = is_dark()
    values = {
        "prod_back": _PRODUCTION[dark][0],
        "prod_ink": _PRODUCTION[dark][1],
        "box_back": _SANDBOX[dark][0],
        "box_ink": _SANDBOX[dark][1],
        "line": _LINES[dark][0],
        "muted": _LINES[dark][1],
        "accent": "#7DB2FF" if dark else "#1F4E9E",
        "most": st.get_option("server.maxUploadSize"),
        "amber": "#FCAE0F" if dark else "#8A5200",
    }
    st.html(_CSS.format(**values) + spanish.css())
