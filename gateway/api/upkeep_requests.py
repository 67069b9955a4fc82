"""The long jobs of the radios at the local socket: begun, told as they go, and stopped."""

from pathlib import Path

from gateway.api.desk import Desk, device_of, person_of
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, number, text
from gateway.api.shapes import Json
from gateway.model.command import RemoveDevice
from gateway.model.credential import Code
from gateway.model.device import DeviceId, DriverId
from gateway.model.event import CommandRequested
from gateway.model.upkeep import Job, Task
from gateway.upkeep import NotNow, Running
from rules import access
from rules.site import Site
from rules.words import in_names

KEY_MOST = 100
SECONDS_MOST = 600
GUARDED = frozenset({Job.EXCLUDE, Job.REPLACE, Job.FORGET, Job.RESTORE, Job.FIRMWARE})
"""They take a device, or all, away from the house: for people who may disarm it."""


async def upkeep(desk: Desk, ask: Ask) -> Json:
    """Begin a job. How it goes is pushed to who asked, as `{"upkeep": …}`."""
    driver, task = DriverId(text(ask, "driver")), _task(desk, ask)
    try:
        desk.upkeeps.must_be_able(driver, task.job)  # before anybody types a code
        by = await _person(desk, ask, driver, task)
        desk.upkeeps.begin(driver, task, by, lambda running: _push(desk, running))
    except NotNow as refused:
        raise Refusal(str(refused)) from None
    return {"job": task.job}


async def upkeep_cancel(desk: Desk, ask: Ask) -> Json:
    """Stop the job of a radio."""
    try:
        desk.upkeeps.stop(DriverId(text(ask, "driver")))
    except NotNow as refused:
        raise Refusal(str(refused)) from None
    return {}


def told(site: Site, running: Running) -> Json:
    """Give a job as JSON: how far it is, and once it ended what came of it."""
    shown: Json = {
        "driver": running.driver,
        "job": running.task.job,
        "device": running.task.device,
        "by": running.by,
        "fraction": running.fraction,
        "words": in_names(site, running.words),
    }
    if running.ended is not None:
        reason = in_names(site, running.ended.reason)
        shown |= {"done": running.ended.done, "reason": reason}
    return shown


def _push(desk: Desk, running: Running) -> None:
    desk.push({"upkeep": told(desk.house.site, running)})


def checks(desk: Desk) -> list[Json]:
    """Give a line of `doctor` for each job that is under way."""
    return [
        {
            "name": f"{one.driver} job",
            "ok": True,
            "sentence": f"{one.task.job} is under way: {one.words or 'just begun'}",
        }
        for one in desk.upkeeps.under_way
    ]


async def _person(desk: Desk, ask: Ask, driver: DriverId, task: Task) -> str:
    """Name who asks; what weakens the house takes what removing a device does."""
    # Who is expected joins at any later time, also while something is armed.
    guarded = task.job in GUARDED or (task.job is Job.SMART_START and task.key is not None)
    by = await person_of(desk, ask, needed=guarded)
    if guarded:
        like = CommandRequested(RemoveDevice(task.device or DeviceId(driver)), by)
        why = access.refusal(desk.house.site, desk.house.state, like, desk.clock.now())
        if why:
            raise Refusal(why)
    return by


def _task(desk: Desk, ask: Ask) -> Task:
    word = text(ask, "job")
    if word not in set(Job):
        raise Refusal(f"there is no job '{word}'{near(word, Job)}")
    seconds = number(ask, "seconds", 60)
    if not 1 <= seconds <= SECONDS_MOST:
        raise Refusal(f"a device is waited for 1 to {SECONDS_MOST} seconds, not {seconds}")
    device = None if ask.get("device") is None else device_of(desk, text(ask, "device"))
    return Task(Job(word), device, _file(ask), _key(ask), seconds)


def _file(ask: Ask) -> Path | None:
    if ask.get("file") is None:
        return None
    file = Path(text(ask, "file"))
    if not file.is_absolute() or "\0" in str(file):
        raise Refusal("a file is named by its whole path")
    return file


def _key(ask: Ask) -> Code | None:
    if ask.get("key") is None:
        return None
    key = text(ask, "key")
    if not 1 <= len(key) <= KEY_MOST:
        raise Refusal(f"a key is a text of 1 to {KEY_MOST} characters, as printed")
    return Code(key)
