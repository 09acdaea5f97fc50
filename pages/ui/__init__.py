"""Pieces that the pages share. Streamlit takes no sub-folder for a page."""
