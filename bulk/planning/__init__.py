"""A file seen through an action: columns mapped to parameters, rows chosen, names turned into ids,
cells validated and repaired; what the files suffice for, and templates.

Others use `prepare` and `PreparedFile` (prepare), `map_columns` and `ColumnMapping` (mapping),
`Scope` (scope), `validate_blocks` (streaming), `readiness`, `repairs`, `suggest` (suggestions).
"""
