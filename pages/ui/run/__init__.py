"""Runs: the dry run, the launch, and the board of a run while it is active and after.

`snapshot` reads a run from the journal, and `current_runs` says which run a page is about: other
parts use these two, `tables`, `orders`, `row_filters`, `retry` and `board.counters`.
"""
