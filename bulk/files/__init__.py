"""Bytes to datasets, and back: encodings, separators, headers and sheets of any office,
corrections, and files that a spreadsheet opens as they are.

Others use `Dataset`, `read_csv`, `read_any` and `read_all` (dataset), `open_blocks` (blocks),
`corrections`, `problem_report`, `roundtrip`, `csv_writer` and `xlsx_writer`.
"""
