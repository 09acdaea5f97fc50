"""Data types, settings, text, logs and atomic files that every other package uses."""
