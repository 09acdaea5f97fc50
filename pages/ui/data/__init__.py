"""Parts of the pages: data."""
