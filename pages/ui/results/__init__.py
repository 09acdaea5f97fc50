"""Parts of the pages: results."""
