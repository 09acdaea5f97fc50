"""Start, stop, resume, undo, verify and describe runs."""
