"""Parts of the pages: shell."""
