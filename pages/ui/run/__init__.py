"""Parts of the pages: run."""
