"""The frame of every page: `page.begin` and `page.heading`, the session of a tab, the connection,
the sidebar and the style.

Parts of the pages use `session`, `resources` and `errors`; pages also use `page`. The others serve
these.
"""
