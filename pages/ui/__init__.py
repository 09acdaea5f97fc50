"""What the pages are made of. Streamlit looks for pages in `pages/` only, not in this folder.

From the top: `frame` is drawn around every page; `results`, `run`, `data` and `mapping` are the
parts of the pages by what they show; `shell` is what these stand on, the session of a tab above
all; `widgets` are elements; `texts` has the Spanish texts that several of them use. A page puts
parts together; a part imports only what is below it, and no page.
"""
