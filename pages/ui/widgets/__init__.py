"""Elements that Streamlit does not have or that need care: tables, charts, the map, copy buttons,
text that is not Markdown, colors, and results that are computed only now and then.

All of it may be used anywhere in the pages.
"""
