"""The one place where an answer of an unforeseen shape becomes an error of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bulk.core.logs import log
from bulk.errors import BulkError, UnusableAnswer
from bulk.wording.remedies import unforeseen


@contextmanager
def adapter_call() -> Iterator[None]:
    """Around a call of an adapter: what its code trips over in an answer fails its rows, never the
    run. Raises UnusableAnswer in place of anything that is no BulkError.
    """
    try:
        yield
    except BulkError:
        raise
    except Exception as error:
        raise unusable(error) from error


def unusable(error: Exception) -> BulkError:
    """`error` as an error of the product; logged when it was none."""
    if isinstance(error, BulkError):
        return error
    log.exception("an answer of an unforeseen shape", exc_info=error)
    return UnusableAnswer(unforeseen(error))
