"""Parts of the pages: widgets."""
