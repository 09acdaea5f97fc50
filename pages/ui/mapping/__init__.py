"""The action, its rows and the sources of its parameters.

`selection` says what is chosen and prepares the file; all parts of the pages use it. The other
modules draw Mapeo.
"""
