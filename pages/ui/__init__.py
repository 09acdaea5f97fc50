"""What the pages are made of. Streamlit looks for pages in `pages/` only, not in this folder.

`shell` is the frame of every page and the session of a tab, `widgets` draws without knowing the
product's runs or files, `data`, `mapping`, `run` and `results` are the parts of the pages by what
they show, and `texts` has the Spanish texts that several of them use. A page puts parts together;
parts know no page.
"""
