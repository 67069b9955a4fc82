"""A whole run with both radios: every PIN there is goes through it, and none stays behind."""

import json
import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.cli.hub_command import hub_command
from gateway.config.codes import hash_code
from simulator.play.house import HOUSES, Radio, open_home
from simulator.play.virtual import VirtualHouse
from tests.waiting import until, until_async

ANNAS, BENS, WRONG, TYPED = "902174", "518263", "640917", "735108"
LOCKS = "front_lock", "back_lock"
KEYPADS = "hall_keypad", "porch_keypad"


def both(folder: Path) -> Path:
    """Write the virtual home with both radios, its people with PINs that are nowhere else."""
    text = (HOUSES / "home_both.hub.toml").read_text("utf-8")
    hashes = iter((hash_code(ANNAS), hash_code(BENS)))
    text = re.sub(r'(?m)^code = ".*"$', lambda _: f"code = {json.dumps(next(hashes))}", text)
    text = text.replace("[zwave]\n", '[zwave]\nlog_level = "info"\n')
    (folder / "home_both.hub.toml").write_text(text, "utf-8")
    (folder / "home_both.toml").write_text((HOUSES / "home_both.toml").read_text("utf-8"), "utf-8")
    return folder / "home_both.toml"


class Run:
    """A run of the house, and what its journal told."""

    def __init__(self, house: VirtualHouse, entries: list[Mapping[str, Any]]) -> None:
        self.house = house
        self.entries = entries
        config = tomllib.loads(house.config.read_text("utf-8"))
        self.ids = {device["name"]: device["id"] for device in config["device"]}

    async def rows(self) -> dict[str, dict[str, Any]]:
        """Give each slot by its lock."""
        found = (await self.house.hub.ask("codes"))["slots"]
        return {f"{row['lock']} {row['slot']}": row for row in found}

    async def phase(self) -> str:
        """Give where the house stands."""
        return str((await self.house.hub.state())["areas"]["house"]["phase"])

    def told(self, words: str) -> bool:
        """Say whether the journal has these words."""
        return any(words in json.dumps(entry) for entry in self.entries)

    def count(self, command: str, lock: str) -> int:
        """Count the orders of a kind for a lock."""
        orders = (order["effect"] for entry in self.entries for order in entry.get("effects", ()))
        lock_id = self.ids[lock]
        return sum(
            one.get("command", {}).get("is") == command and one["command"]["device"] == lock_id
            for one in orders
        )


@asynccontextmanager
async def run_of(tmp_path: Path) -> AsyncIterator[Run]:
    """Have the house, from its pairing to its end."""
    entries: list[Mapping[str, Any]] = []
    home = open_home(both(tmp_path))
    work = tmp_path / "w"
    async with VirtualHouse(
        home, hub_command=hub_command, work=work, entered=entries.append
    ) as house:
        yield Run(house, entries)


async def test_every_pin_of_a_run_is_where_it_belongs_and_nowhere_else(tmp_path: Path) -> None:
    async with run_of(tmp_path) as run:
        pins = await _give_and_use(run)
        pins |= await _drift(run)
        pins |= await _keys_of_labels(run)
        await run.house.hub.stop()

    assert leaks(run.house.work, pins) == []
    assert not [pin for pin in pins if run.told(pin)]


async def _give_and_use(run: Run) -> set[str]:
    """Give Anna's PIN and one-time PINs to both locks, and have all of them typed."""
    ask, act = run.house.hub.ask, run.house.far.act
    await ask("code_set", person="anna", pin=ANNAS, code=ANNAS)
    once = [await ask("code_once", device=lock, code=ANNAS) for lock in LOCKS]
    await until_async(run.rows, _all_right)

    for keypad in KEYPADS:
        await act("press", keypad, key="arm_home", code=ANNAS)
        await until_async(run.phase, lambda phase: phase == "armed")
        await act("press", keypad, key="disarm", code=WRONG)
        await act("press", keypad, key="disarm", code=ANNAS)
        await until_async(run.phase, lambda phase: phase == "disarmed")
    for lock, made in zip(LOCKS, once, strict=True):
        await act("turn", lock, to="unlocked", slot=made["slot"])
    await until_async(run.rows, lambda rows: len(rows) == len(LOCKS))
    return {ANNAS, BENS, WRONG, *(made["pin"] for made in once)}


async def _drift(run: Run) -> set[str]:
    """Have Anna's PIN changed at both locks: the next reading finds it, and puts it right."""
    for lock in LOCKS:
        await run.house.far.act("program", lock, slot=1, code=TYPED)
    await run.house.hub.kill()
    run.entries.clear()
    await run.house.hub.start()

    sentences = [f"a PIN in {lock} is not as it should be" for lock in LOCKS]
    await until(lambda: all(run.told(f"trouble: {said}") for said in sentences))
    await until(lambda: all(run.told(f"over: {said}") for said in sentences))
    await until_async(run.rows, _all_right)
    assert [run.count("SetLockCode", lock) for lock in LOCKS] == [1, 1]
    back = (await run.house.far.ask("state", device="back_lock"))["device"]
    assert back["codes"]["1"]["digits"] == ANNAS
    return {TYPED}


async def _keys_of_labels(run: Run) -> set[str]:
    """Give the digits with which the Z-Wave devices proved themselves."""
    devices = (await run.house.far.ask("state", radio=Radio.ZWAVE))["devices"]
    return {one["pin"] for one in devices.values() if one["granted"]}


def _all_right(rows: Mapping[str, Mapping[str, Any]]) -> bool:
    return {row["found"] for row in rows.values()} == {"right"}


def leaks(work: Path, secret: set[str]) -> list[str]:
    """Name the files but for the sticks' and locks' own in which digits stand, or their bytes."""
    words = "|".join(rf"(?<!\d){pin}(?!\d)|{pin.encode().hex()}" for pin in sorted(secret))
    pattern = re.compile(words.encode(), re.IGNORECASE)
    files = [f for f in work.rglob("*") if f.is_file() and "far" not in f.relative_to(work).parts]
    assert any(f.name == "secrets.json" for f in files)
    return [
        f"{file.relative_to(work)}: {found[0].decode()}"
        for file in files
        for found in pattern.finditer(file.read_bytes())
    ]
