"""The web app: one file per page here, what they are made of in `pages.ui`.

Streamlit runs the pages as scripts; nothing imports them.
"""
