"""A stateful stand-in for the Webex Calling API over real HTTP on 127.0.0.1: the embedded default,
and the server of the tests.

An organisation derived from a seed (organisation.py), changed by strict handlers (people.py,
licenses.py, locations.py, moves.py), kept in an append-only log that survives kill -9 (state.py),
with faults on request (middleware.py) and counters at /__admin (admin.py).
"""

from bulk.sandbox.config import SandboxConfig
from bulk.sandbox.server import RunningSandbox, embedded, serve, start_in_thread

__all__ = ["RunningSandbox", "SandboxConfig", "embedded", "serve", "start_in_thread"]
