"""How fast an organisation may be called: one pace for all threads, learned from the 429s it meets.

search.py       the decisions, pure: what a 429 tells, and when the next call may go
curves.py       how the rate moves between two 429s
learned.py      what is remembered for the next run
gate.py         the threads: who sleeps, who waits for the turn
retry_after.py  what a Retry-After header asks for
"""

from bulk.webex.ratelimit.limiter import Pace, PaceView, pace_for
from bulk.webex.ratelimit.memory import Learned
from bulk.webex.ratelimit.retry_after import retry_after_seconds

__all__ = ["Learned", "Pace", "PaceView", "pace_for", "retry_after_seconds"]
