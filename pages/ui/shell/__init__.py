"""What every part of the pages stands on: the session of a tab, the resources that all tabs share,
the connection, error messages and the style sheets.

Parts use `session`, `resources` and `errors`; `connect` has the token's form.
"""
