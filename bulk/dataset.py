"""`read_csv`, where scripts find it."""

from bulk.files.dataset import Dataset, read_csv

__all__ = ["Dataset", "read_csv"]
