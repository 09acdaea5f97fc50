"""The app in a process that watches itself: a thread that wants to run each millisecond writes down how long it had to wait.

    python benchmarks/watched_app.py FILE [PORT]    # started by board.py; FILE: a line `moment;milliseconds` a wait over 5 ms

A thread of the engine is held up just as long, by whatever holds the interpreter meanwhile. Without PORT nothing else is in
the process: what it then waits for is the machine.
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
            began = time.perf_counter()
            time.sleep(WANTED)
            late = time.perf_counter() - began - WANTED
            if late > TOLD:
                file.write(f"{time.time():.3f};{1000 * late:.1f}\n")


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
