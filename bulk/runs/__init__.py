"""Runs from their launch to their end: connection, preflight, launch, resume, retry, stop, undo,
verification, status, and what a dry run forecasts.

Others use `open_context` (context), `connect` (connection), `Launch`, `launch` and `launch_plan`
(launch), `resume` and `retry` (resume), `request_stop` (stop), `undo`, `verify`, `find_run`,
`document` and `phone_line` (status), and `forecast`.
"""
