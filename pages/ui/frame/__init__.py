"""The frame of every page: settings, mode strip, sidebar, title and the place of the main button.

Pages use `page`; `sidebar` and `steps` serve it. No part of a page imports this package.
"""
