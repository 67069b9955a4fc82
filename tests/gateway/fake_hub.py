"""A hub that only knows its lines: a real Unix socket for the command line to speak to."""

import asyncio
import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CODE = "482916"
TRIES = 3
GUARDED = ("unlock", "remove")
WAIT_SECONDS = 10.0

FRONT = "zigbee:00124b001ca10001/1"
KITCHEN = "zigbee:00158d0002b35a11/1"

STATE: dict[str, Any] = {
    "house_time_us": 5_000_000,
    "boottime_offset_us": 0,
    "entry": 41,
    "protecting": True,
    "areas": {
        "house": {
            "phase": "disarmed",
            "mode": None,
            "since_us": 1,
            "deadline_us": None,
            "remaining_ms": None,
            "by": None,
            "bypassed": [],
            "memory": [],
            "sounding": False,
            "blockers": {"away": ["kitchen: kitchen_window is open"], "home": []},
        }
    },
    "zones": {
        "front": {
            "area": "house",
            "device": "front_door",
            "reading": "closed",
            "tripped": False,
            "bypassed": False,
            "kind": "entry",
        },
        "kitchen": {
            "area": "house",
            "device": "kitchen_window",
            "reading": "open",
            "tripped": True,
            "bypassed": False,
            "kind": "instant",
        },
    },
    "devices": {
        "front_door": {"id": FRONT, "readings": {"contact": "closed"}, "heard_seconds": 1.2},
        "kitchen_window": {"id": KITCHEN, "readings": {"contact": "open"}, "heard_seconds": 90.0},
    },
    "drivers": {"zigbee": {"found": True, "joining": False, "jammed": False}},
    "troubles": [
        {
            "kind": "battery",
            "subject": "front_door",
            "sentence": "the battery of front_door is low",
            "since_us": 5,
        }
    ],
}

PLUG = "zigbee:0022a300001e6005/1"

DEVICES: dict[str, Any] = {
    "front_door": {
        "id": FRONT,
        "configured": True,
        "capabilities": ["contact", "tamper", "battery"],
        "readings": {"contact": "closed", "battery": "low"},
        "telemetry": {"battery_percent": 9.0},
        "heard_seconds": 1.2,
        "manufacturer": "Nightlatch",
        "model": "NL-CONTACT",
        "mains": False,
    },
    PLUG: {
        "id": PLUG,
        "configured": False,
        "capabilities": ["switch"],
        "readings": {"switch": "off"},
        "heard_seconds": None,
        "manufacturer": "",
        "model": "",
        "mains": True,
    },
}

NEWCOMER = {
    "id": "zigbee:00124b001ca10009/1",
    "capabilities": ["battery", "contact", "tamper"],
    "manufacturer": "Nightlatch",
    "model": "NL-CONTACT",
    "mains": False,
}


class FakeHub:
    """Answers as docs/hub-socket.md says, and remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[dict[str, Any]] = []
        self.state = copy.deepcopy(STATE)
        self.devices = copy.deepcopy(DEVICES)
        self.nearby: list[dict[str, str]] = []
        self.newcomers: list[dict[str, Any]] = [NEWCOMER]
        self.arm_needs_code = False
        self.armed = False
        self.was: str | None = None  # where the area stood before it was disarmed
        self.nobody_guards = False  # without the zones that are left out
        self.wrong_codes = 0
        self.events: list[dict[str, Any]] = []  # while the network is open, before any newcomer
        self.pushed: list[dict[str, Any]] = []  # to whoever watches
        self.hang_up_after = ""  # this request
        self.mute = False  # hang up instead of answering
        self.checks = [{"name": "radio", "ok": True, "sentence": "the zigbee radio answers"}]
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(WAIT_SECONDS)

    def stop(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        path = self.folder / "nightlatch.sock"
        server = self._loop.run_until_complete(asyncio.start_unix_server(self._serve, path))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while raw := await reader.readline():
                request = json.loads(raw)
                self.asked.append(request)
                if self.mute:
                    return
                answer = {"id": request["id"], "ok": True, **self._answer(request)}
                writer.write(json.dumps(answer).encode() + b"\n")
                for line in self.pushed if request["do"] == "watch" else ():
                    writer.write(json.dumps(line).encode() + b"\n")
                if request["do"] == "pair" and request["seconds"]:
                    self._let_join(writer)
                await writer.drain()
                if request["do"] == self.hang_up_after:
                    return
        finally:
            writer.close()

    def _let_join(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_entry(41, {"is": "JoiningChanged", "driver": "zigbee", "open": True}))
        joined = [{"is": "DeviceJoined", "device": device} for device in self.newcomers]
        for number, event in enumerate([*self.events, *joined], start=42):
            writer.write(_entry(number, event))
        closed = {"is": "JoiningChanged", "driver": "zigbee", "open": False}
        writer.write(_entry(99, closed))

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request["do"]:
            case "state":
                return self.state
            case "devices":
                return {"devices": self.devices, "nearby": self.nearby}
            case "doctor":
                return {"checks": self.checks}
            case "arm":
                return self._arm(request)
            case "disarm" | "reset":
                return self._with_code(request)
            case "bypass" | "command":
                return self._perhaps_with_code(request)
            case "pair":
                return {"open": request["seconds"] > 0}
            case "watch" | "join_key":
                return {}
            case other:
                return _no(f"there is no {other!r} here")

    def _arm(self, request: dict[str, Any]) -> dict[str, Any]:
        area = self.state["areas"]["house"]
        if self.arm_needs_code and request.get("code") != CODE:
            return _needs_code()
        left_out = request.get("bypass") or (["kitchen"] if request.get("force") else [])
        if left_out and self.nobody_guards:
            refused = _no("not armed: no zone would be left to guard it")
            return {**refused, "blockers": area["blockers"]["away"]}
        if not left_out:
            blockers = area["blockers"]["away"]
            return {**_no(f"not armed: {blockers[0]}"), "blockers": blockers}
        leaving = {"phase": "exit", "mode": request["mode"], "remaining_ms": 29_400}
        return {"name": "house", "area": {**area, **leaving, "bypassed": left_out}}

    def _with_code(self, request: dict[str, Any]) -> dict[str, Any]:
        if refused := self._refused(request):
            return refused
        was = {} if self.was is None else {"was": self.was}
        return {"name": "house", "area": self.state["areas"]["house"], **was}

    def _perhaps_with_code(self, request: dict[str, Any]) -> dict[str, Any]:
        guarded = self.armed or request.get("command") in GUARDED
        if guarded and (refused := self._refused(request)):
            return refused
        if request.get("device") == "nobody":
            return {**_no("there is no device 'nobody'"), "mistaken": True}
        if request["do"] == "command":
            return {"order": "42.0"}
        area = self.state["areas"]["house"]
        return {
            "name": "house",
            "area": area,
            "zone": request["zone"],
            "bypassed": request["bypassed"],
        }

    def _refused(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.wrong_codes >= TRIES:
            return _no("too many wrong codes: wait 42 s")
        if "code" not in request:
            return _needs_code()
        if request["code"] != CODE:
            self.wrong_codes += 1
            return _no("nobody has this code")
        return {}


@contextmanager
def fake_hub(folder: Path) -> Iterator[FakeHub]:
    """Run a fake hub in this state folder."""
    hub = FakeHub(folder)
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


def _needs_code() -> dict[str, Any]:
    return {**_no("a code is needed for that"), "code_needed": True}


def _no(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _entry(number: int, event: dict[str, Any]) -> bytes:
    line = {"entry": number, "at_us": number, "wall": "2026-11-21T12:00:00Z", "event": event}
    return json.dumps({**line, "text": str(event["is"]), "effects": []}).encode() + b"\n"
