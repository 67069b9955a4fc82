"""The local socket of a running hub: JSON lines, mode 0600 (docs/hub-socket.md)."""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson

from gateway.api import shapes
from gateway.api.desk import Desk
from gateway.api.errors import Refusal
from gateway.api.fields import Ask
from gateway.api.requests import answer
from gateway.model.effect import Order
from gateway.model.event import Entry
from rules.state import State

log = logging.getLogger("nightlatch.socket")

NAME = "nightlatch.sock"
LINE_MAX = 65_536
CLIENTS_MAX = 64
BACKLOG_MAX = 4 * 1024 * 1024
"""Bytes a watcher may lag behind before it is dropped: a slow reader never holds up the house."""
RECENT = 1_000
"""Entries kept for those who begin to watch: the newest may not be on disk yet."""
PAGE = 200
"""Entries shown at a time to who catches up: more would hold up the loop."""


class LocalSocket:
    """Serves the local socket until closed."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self._desk = desk
        self._path = path
        self._clients: set[asyncio.StreamWriter] = set()
        self._watchers: set[asyncio.StreamWriter] = set()
        self._recent: deque[tuple[Entry, Sequence[Order]]] = deque(maxlen=RECENT)
        self._unwatch = desk.house.watch(self._show)
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. A socket left behind by a hub that was killed is replaced."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._serve, str(self._path), limit=LINE_MAX
            )
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening and let everyone go."""
        self._unwatch()
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= CLIENTS_MAX:
            writer.write(shapes.line(_failed("too many clients: try again later")))
            writer.close()
            return
        self._clients.add(writer)
        try:
            while line := await _line(reader):
                writer.write(shapes.line(await self._answer(line, writer)))
                await writer.drain()
        except TooLong:
            writer.write(shapes.line(_failed(f"a line has at most {LINE_MAX} bytes")))
        except ConnectionError:
            pass  # gone: nobody to talk to
        finally:
            self._clients.discard(writer)
            self._watchers.discard(writer)
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> shapes.Json:
        try:
            ask = orjson.loads(line)
        except orjson.JSONDecodeError:
            return _failed("that line is not JSON")
        if not isinstance(ask, dict):
            return _failed("a request is a JSON object")
        known = {"id": ask["id"]} if "id" in ask else {}
        try:
            return {**known, "ok": True, **await self._handle(ask, writer)}
        except Refusal as refusal:
            found = {**known, **_failed(str(refusal))}
            if refusal.blockers:
                found["blockers"] = list(refusal.blockers)
            if refusal.errors:
                found["errors"] = list(refusal.errors)
            if refusal.code_needed:
                found["code_needed"] = True
            if refusal.mistaken:
                found["mistaken"] = True
            return found
        except Exception as bug:  # law 6: one odd request ends neither its line nor the hub
            log.exception("a request failed: %s", ask.get("do"))
            return {**known, **_failed(f"the hub failed over that: {type(bug).__name__}")}

    async def _handle(self, ask: Ask, writer: asyncio.StreamWriter) -> shapes.Json:
        if ask.get("do") != "watch":
            return await answer(replace(self._desk, push=partial(self._push, writer)), ask)
        since = ask.get("since")
        if isinstance(since, int):
            await self._catch_up(since, writer)
        self._watchers.add(writer)
        return {"entry": self._desk.house.number}

    async def _catch_up(self, since: int, writer: asyncio.StreamWriter) -> None:
        """Show what came after an entry: first from the disk, then what may not be there yet."""
        site = self._desk.house.site
        while since + 1 < self._oldest_recent():
            page = await asyncio.to_thread(self._page, since)
            for entry, orders in page:
                since = entry.number
                writer.write(shapes.entry(site, entry, orders) + b"\n")
            await writer.drain()
            if not page:
                break
        # No waiting from here until the watcher is noted: nothing may slip between.
        for entry, orders in self._recent:
            if entry.number > since:
                writer.write(shapes.entry(site, entry, orders) + b"\n")

    def _page(self, since: int) -> list[tuple[Entry, Sequence[Order]]]:
        return list(self._desk.entries(since, PAGE))

    def _oldest_recent(self) -> int:
        return self._recent[0][0].number if self._recent else self._desk.house.number + 1

    def _show(self, entry: Entry, _: State, orders: Sequence[Order]) -> None:
        self._recent.append((entry, orders))
        if not self._watchers:
            return
        line = shapes.entry(self._desk.house.site, entry, orders) + b"\n"
        for watcher in tuple(self._watchers):
            self._send(watcher, line)

    def _push(self, writer: asyncio.StreamWriter, said: shapes.Json) -> None:
        """Say something unasked to one client, as long as it is there."""
        if writer in self._clients:
            self._send(writer, shapes.line(said))

    def _send(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if writer.transport.get_write_buffer_size() > BACKLOG_MAX:
            self._watchers.discard(writer)
            writer.transport.abort()
        else:
            writer.write(line)


def _failed(sentence: str) -> shapes.Json:
    return {"ok": False, "error": sentence}


class TooLong(Exception):
    """A line went beyond all bounds."""


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # what asyncio makes of a line beyond its limit
        raise TooLong from None
