"""A constant load on a site of this machine, to count the requests that it loses. Only the standard library.

    python tests/load.py 8000 --rate 50 --posts 15 --slow /slow/ --seconds 60

Requests start on schedule, whether or not earlier ones are answered. Each has its own connection, but for those of
some clients that keep theirs. A request fails if it is not answered by 200 in time. It ends by SIGINT or after
--seconds, and prints one line of JSON. It asks 127.0.0.1 alone, at most 200 times a second, for 600 seconds.
"""

import argparse
import asyncio
import collections
import json
import re
import signal
import time
from dataclasses import dataclass, field
from typing import Any

BODY = "a=1"


@dataclass
class Seen:
    """What was answered: how many were sent, which failed, when, and which releases answered."""

    sent: int = 0
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)
    failed_at: list[float] = field(default_factory=list)
    slowest: float = 0
    releases: dict[str, int] = field(default_factory=dict)


class Load:
    """Requests to one port. The page says its release in the header X-Release, if it has one."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.seen, self.start = options, Seen(), time.monotonic()
        self.ended = asyncio.Event()
        self.file = options.path  # of the page that was answered last

    def head(self, method: str, path: str, connection: str) -> bytes:
        """Return a request."""
        length = f"Content-Length: {len(BODY)}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        body = f"{length}\r\n{BODY}" if method == "POST" else "\r\n"
        host = f"Host: {self.options.host}\r\n"
        return f"{method} {path} HTTP/1.1\r\n{host}Connection: {connection}\r\n{body}".encode()

    async def answer(self, reader: asyncio.StreamReader) -> tuple[str, str, bool]:
        """Return status, release, and whether the connection stays open."""
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines if line}
        if "content-length" in headers:
            page = await reader.readexactly(int(headers["content-length"]))
            if self.options.files and (found := re.search(self.options.files.encode(), page)):
                self.file = found[0].decode()
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.read()
        return first.split(" ")[1], headers.get("x-release", ""), headers.get("connection") != "close"

    def count(self, kind: str, begun: float, status: str, release: str) -> None:
        """Count one request."""
        self.seen.sent += 1
        self.seen.slowest = max(self.seen.slowest, time.monotonic() - begun)
        if status != "200":
            self.seen.kinds[f"{kind} {status}"] += 1
            self.seen.failed_at.append(begun - self.start)
        elif release:
            self.seen.releases[release] = self.seen.releases.get(release, 0) + 1

    async def once(self, method: str, path: str, kind: str) -> None:
        """Ask once, on a connection of its own."""

        async def talk() -> tuple[str, str, bool]:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.options.port)
            try:
                writer.write(self.head(method, path, "close"))
                return await self.answer(reader)
            finally:
                writer.close()

        begun, release = time.monotonic(), ""
        try:
            status, release, _ = await asyncio.wait_for(talk(), self.options.timeout)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            status = type(error).__name__
        self.count(kind, begun, status, release)

    async def kept(self) -> None:
        """Ask again and again on one connection, until the site says that it closes it."""
        streams: Any = None
        while not self.ended.is_set():
            begun, release, stays = time.monotonic(), "", False
            try:
                streams = streams or await asyncio.open_connection("127.0.0.1", self.options.port)
                streams[1].write(self.head("GET", self.options.path, "keep-alive"))
                status, release, stays = await asyncio.wait_for(self.answer(streams[0]), self.options.timeout)
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                status = type(error).__name__
            self.count("kept GET", begun, status, release)
            if not stays and streams:
                streams[1].close()
                streams = None
            await asyncio.sleep(0.3)

    async def run(self) -> dict[str, Any]:
        """Send requests until the end, and return what was seen."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.ended.set)
        options, number = self.options, 0
        rate, seconds = min(options.rate, 200), min(options.seconds, 600)
        tasks = {asyncio.create_task(self.kept()) for _ in range(min(options.kept, 50))}
        while (due := number / rate) < seconds and not self.ended.is_set():
            await asyncio.sleep(max(self.start + due - time.monotonic(), 0))
            position = number % rate
            method, path, kind = "GET", options.path, "GET"
            if options.slow and position == rate // 2:
                path, kind = options.slow, "slow GET"
                method = "POST" if options.posts and number // rate % 2 else "GET"
                kind = f"slow {method}"
            elif options.posts and position % max(rate // options.posts, 1) == 0:
                method = kind = "POST"
            elif options.files and position % 10 == 1:
                path, kind = self.file, "file"
            tasks.add(asyncio.create_task(self.once(method, path, kind)))
            tasks = {task for task in tasks if not task.done()}
            number += 1
        self.ended.set()
        if tasks:
            await asyncio.wait(tasks, timeout=options.timeout + 5)
        seen = self.seen
        return {
            "sent": seen.sent,
            "failed": len(seen.failed_at),
            "kinds": dict(seen.kinds),
            "disturbed": round(max(seen.failed_at) - min(seen.failed_at), 1) if seen.failed_at else 0,
            "slowest": round(seen.slowest, 1),
            "releases": seen.releases,
        }


def main() -> None:
    """Read the arguments, send requests, print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("--path", default="/")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--rate", type=int, default=50, help="requests a second")
    parser.add_argument("--posts", type=int, default=0, help="POSTs among these")
    parser.add_argument("--slow", help="a path that one of these asks for")
    parser.add_argument("--files", help="a regular expression of a path in pages, that a tenth of these ask for")
    parser.add_argument("--kept", type=int, default=0, help="clients that keep their connection")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--timeout", type=float, default=20)
    options = parser.parse_args()

    async def run() -> dict[str, Any]:
        return await Load(options).run()

    print(json.dumps(asyncio.run(run())))


if __name__ == "__main__":
    main()
