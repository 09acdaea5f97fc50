"""Parts of the pages: mapping."""
