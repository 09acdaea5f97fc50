"""The app in a process that watches itself: a thread that wants to run each millisecond writes down
how long it had to wait.

    python benchmarks/watched_app.py FILE [PORT]    # started by board.py

FILE: a line `moment;milliseconds;of them at work` for each wait over 5 ms. A thread of the engine
is held up just as long, by whatever holds the interpreter meanwhile. Whoever holds it computes: of
a wait the process can be blamed for no more than the CPU that it used in it, and the rest is the
machine. Without PORT nothing else is in the process.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WANTED = 0.001  # seconds between two turns
TOLD = 0.005  # seconds of delay


def watch(path: Path) -> None:
    with path.open("w", encoding="ascii", buffering=1) as file:
        while True:
            began, used = time.perf_counter(), time.process_time()
            time.sleep(WANTED)
            late, used = time.perf_counter() - began - WANTED, time.process_time() - used
            if late > TOLD:
                file.write(f"{time.time():.3f};{1000 * late:.1f};{1000 * min(late, used):.1f}\n")


def main() -> None:
    path = Path(sys.argv[1])
    if len(sys.argv) == 2:
        watch(path)
    from streamlit.web import bootstrap

    port = int(sys.argv[2])
    threading.Thread(target=watch, args=(path,), daemon=True).start()
    bootstrap.load_config_options({"server.port": port, "server.headless": True})
    bootstrap.run(str(ROOT / "streamlit_app.py"), False, [], {})


if __name__ == "__main__":
    main()
