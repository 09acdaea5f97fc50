"""A small HTTP server with a known latency and rate limit, for benchmarks on 127.0.0.1. Standard
library only.

    python benchmarks/rate_server.py --limit 50 --burst 50 --latency-ms 100

It prints its port as the first line. A token bucket admits; a refused call gets 429 with
  Retry-After. With --ban
everything is refused until that Retry-After is over. Any path answers; these steer it and are
  never limited:
    GET /__stats            counts since the start or the last reset, and the admitted calls of
      each second
    GET /__reset            zero the counts, fill the bucket
    GET /__set?limit=20     change limit, burst, latency_ms, retry_after while it runs
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import time
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Rules:
    limit: float = 50.0  # calls per second, 0 = none
    burst: float = 50.0  # size of the bucket, calls
    latency_ms: float = 100.0  # of an admitted call
    jitter: float = 0.3  # +- share of it
    reject_ms: float = 5.0  # of a refused call
    retry_after: int = 0  # seconds; 0 = computed, at least 1
    ban: bool = False  # after a 429 all is refused until Retry-After is over


class Service:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.reset()

    def reset(self) -> None:
        self.started = self.filled = time.monotonic()
        self.tokens, self.banned_until = self.rules.burst, 0.0
        self.in_flight = self.most_in_flight = self.in_ban = 0
        self.admitted: Counter[int] = Counter()  # by second
        self.refused: Counter[int] = Counter()

    def judge(self, now: float) -> int | None:
        """None = admitted, else the Retry-After in seconds."""
        rules = self.rules
        if not rules.limit:
            return None
        if now < self.banned_until:
            self.in_ban += 1
            return max(1, math.ceil(self.banned_until - now))
        self.tokens = min(rules.burst, self.tokens + (now - self.filled) * rules.limit)
        self.filled = now
        if self.tokens >= 1:
            self.tokens -= 1
            return None
        wait = rules.retry_after or max(1, math.ceil((1 - self.tokens) / rules.limit))
        if rules.ban:
            self.banned_until = now + wait
        return wait

    def stats(self) -> dict[str, object]:
        return {
            "seconds": time.monotonic() - self.started,
            "admitted": sum(self.admitted.values()),
            "refused": sum(self.refused.values()),
            "in_ban": self.in_ban,
            "most_in_flight": self.most_in_flight,
            "admitted_by_second": sorted(self.admitted.items()),
            "refused_by_second": sorted(self.refused.items()),
        }

    def set(self, query: str) -> None:
        for name, value in parse_qsl(query):
            setattr(self.rules, name, type(getattr(self.rules, name))(float(value)))
        self.tokens = min(self.tokens, self.rules.burst)


class Http(asyncio.Protocol):
    def __init__(self, service: Service) -> None:
        self.service, self.buffer = service, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            whole = end + 4 + _content_length(head)
            if len(self.buffer) < whole:
                return
            self.buffer = self.buffer[whole:]
            target = head.split(b" ", 2)[1].decode()
            if target.startswith("/__"):
                self.steer(target)
            else:
                self.call()

    def call(self) -> None:
        service, rules, now = self.service, self.service.rules, time.monotonic()
        wait, second = service.judge(now), int(now - service.started)
        service.in_flight += 1
        service.most_in_flight = max(service.most_in_flight, service.in_flight)
        if wait is None:
            service.admitted[second] += 1
            spread = 1 + random.uniform(-rules.jitter, rules.jitter)
            self.later(rules.latency_ms * spread, _reply("200 OK", {"status": "ok"}))
        else:
            service.refused[second] += 1
            answer = _reply(
                "429 Too Many Requests", {"message": "too many"}, f"Retry-After: {wait}\r\n"
            )
            self.later(rules.reject_ms, answer)

    def later(self, milliseconds: float, answer: bytes) -> None:
        asyncio.get_running_loop().call_later(milliseconds / 1000, self.answer, answer)

    def answer(self, answer: bytes) -> None:
        self.service.in_flight -= 1
        self.transport.write(answer)

    def steer(self, target: str) -> None:
        url = urlsplit(target)
        if url.path == "/__reset":
            self.service.reset()
        elif url.path == "/__set":
            self.service.set(url.query)
        self.transport.write(_reply("200 OK", self.service.stats()))


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0


def _reply(status: str, body: dict[str, object], headers: str = "") -> bytes:
    payload = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length:"
        f" {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


async def serve(port: int, rules: Rules, seconds: float) -> None:
    service = Service(rules)
    server = await asyncio.get_running_loop().create_server(
        lambda: Http(service), "127.0.0.1", port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="0 = a free one")
    parser.add_argument("--stop-after", type=float, default=3600.0, help="seconds")
    for name, value in vars(Rules()).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(option, action="store_true")
        else:
            parser.add_argument(option, type=type(value), default=value)
    given = vars(parser.parse_args())
    port, seconds = given.pop("port"), given.pop("stop_after")
    asyncio.run(serve(port, Rules(**given), seconds))


if __name__ == "__main__":
    main()
