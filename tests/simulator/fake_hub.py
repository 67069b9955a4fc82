"""A peer that speaks the hub's socket and knows no radio: `python fake_hub.py CONFIG [HABIT]`.

It keeps its phase in a file, as a hub keeps its journal. HABIT: `dies` (at `reset`), `mute` (never
protects), `broken` (ends at once), `timeless` (never looks at its clock). Of rules it knows their
ids: those that stay in a reload it keeps, a rule that is called runs and tells people.
"""

import json
import os
import socketserver
import sys
import threading
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CONFIG, HABIT = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
TABLE = tomllib.loads(CONFIG.read_text())
WALL = Path(sys.argv[sys.argv.index("--wall") + 1]) if "--wall" in sys.argv else None
RULES = {rule["id"] for rule in TABLE.get("rule", [])}
STATE = CONFIG.parent / "state"
LOOK_SECONDS = 0.02
KEPT = STATE / "phase.json"


def now_us() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wall() -> str:
    shown: dict[str, Any] = {"wall": "2026-11-21T12:00:00Z", "at": 0}
    if WALL:
        shown = json.loads(WALL.read_text())
    passed = timedelta(seconds=now_us() / 1e6 - shown["at"])
    return (datetime.fromisoformat(shown["wall"]).astimezone(UTC) + passed).isoformat()


def entry(text: str, *effects: dict[str, Any], event: str = "") -> bytes:
    orders = [{"id": str(number), "effect": effect} for number, effect in enumerate(effects)]
    about = {"entry": now_us(), "at_us": now_us(), "wall": wall(), "event": {"is": event}}
    return json.dumps({**about, "text": text, "effects": orders}).encode() + b"\n"


def reload() -> dict[str, Any]:
    new = {rule["id"] for rule in tomllib.loads(CONFIG.read_text()).get("rule", [])}
    if "bad" in new:
        return {"ok": False, "error": "the file does not hold: rule.bad"}
    plan = {
        "kept": [f"{rule}, which waits" for rule in sorted(RULES & new)],
        "cancelled": [f"{rule}: the rule is gone" for rule in sorted(RULES - new)],
        "rebased": [],
    }
    RULES.clear()
    RULES.update(new)
    return {"plan": plan, "changed": []}


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
                "drivers": {"zigbee": {"found": True, "joining": True}},
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
        case "reload":
            return reload()
        case "reset" if HABIT == "dies":
            sys.stderr.write("the roof falls in\n")
            sys.stderr.flush()
            os._exit(3)
    return {}


class Client(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if WALL and HABIT != "timeless":
            threading.Thread(target=self.watch_wall, args=(WALL,), daemon=True).start()
        for line in self.rfile:
            ask = json.loads(line)
            self.wfile.write(json.dumps({"id": ask["id"], "ok": True, **answer(ask)}).encode())
            self.wfile.write(b"\n")
            if ask["do"] in ("arm", "disarm"):
                self.wfile.write(entry(f"asked to {ask['do']}"))
            if ask["do"] == "call":
                ran = {"is": "RuleRan", "rule": ask["rule"], "outcome": "ran"}
                told = {"is": "Notify", "text": f"called as {ask['rule']}", "level": "info"}
                self.wfile.write(entry("nobody calls", ran, told))

    def watch_wall(self, file: Path) -> None:
        seen = file.stat().st_mtime_ns
        while True:
            time.sleep(LOOK_SECONDS)
            if file.stat().st_mtime_ns != seen:
                seen = file.stat().st_mtime_ns
                self.wfile.write(entry("the wall clock stepped", event="ClockStepped"))


if __name__ == "__main__":
    if HABIT == "broken":
        sys.exit("no port, no stick, no hope")
    path = STATE / "nightlatch.sock"
    path.unlink(missing_ok=True)
    socketserver.ThreadingUnixStreamServer.daemon_threads = True
    socketserver.ThreadingUnixStreamServer(str(path), Client).serve_forever()
