"""A peer that speaks the hub's socket and knows no radio: `python fake_hub.py CONFIG [HABIT]`.

It keeps its phase in a file, as a hub keeps its journal. HABIT: `dies` (at `reset`), `mute` (never
protects), `broken` (ends at once).
"""

import json
import os
import socketserver
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

CONFIG, HABIT = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
TABLE = tomllib.loads(CONFIG.read_text())
STATE = CONFIG.parent / "state"
KEPT = STATE / "phase.json"


def now_us() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def area() -> dict[str, Any]:
    if KEPT.exists():
        return dict(json.loads(KEPT.read_text()))
    return {"phase": "disarmed", "since_us": 0, "bypassed": []}


def become(phase: str) -> dict[str, Any]:
    KEPT.write_text(json.dumps({"phase": phase, "since_us": now_us(), "bypassed": []}))
    return {"area": area()}


def answer(ask: dict[str, Any]) -> dict[str, Any]:
    match ask["do"]:
        case "state":
            return {
                "house_time_us": now_us(),
                "boottime_offset_us": 0,
                "protecting": HABIT != "mute",
                "areas": {"house": area()},
                "zones": {},
                "drivers": {},
                "troubles": [],
            }
        case "devices":
            known = {one["name"]: {**one, "heard_seconds": 1.0} for one in TABLE["device"]}
            return {"devices": known}
        case "arm":
            return become("armed")
        case "disarm":
            if ask.get("code") != "4711":
                return {"ok": False, "error": "a code is needed to disarm"}
            return become("disarmed")
        case "reset" if HABIT == "dies":
            sys.stderr.write("the roof falls in\n")
            sys.stderr.flush()
            os._exit(3)
    return {}


class Client(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            ask = json.loads(line)
            self.wfile.write(json.dumps({"id": ask["id"], "ok": True, **answer(ask)}).encode())
            self.wfile.write(b"\n")
            if ask["do"] in ("arm", "disarm"):
                entry = {"entry": now_us(), "at_us": now_us(), "text": f"asked to {ask['do']}"}
                self.wfile.write(json.dumps(entry).encode() + b"\n")


if __name__ == "__main__":
    if HABIT == "broken":
        sys.exit("no port, no stick, no hope")
    path = STATE / "nightlatch.sock"
    path.unlink(missing_ok=True)
    socketserver.ThreadingUnixStreamServer.daemon_threads = True
    socketserver.ThreadingUnixStreamServer(str(path), Client).serve_forever()
