"""Bytes to Dataset and back: encodings, CSV, workbooks, corrections."""
