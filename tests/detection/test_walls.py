"""The detection's process is shut in: a camera that takes it over gets at nothing of the house."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.confine import landlock
from gateway.detection import walls
from gateway.detection.child import PART
from gateway.detection.clip.key import KEY_BYTES
from gateway.detection.plan import EVIDENCE, EvidencePlan
from gateway.detection.walls import CHANGED, _allowed, _places, _without
from gateway.detection.wire import Begin, Failed, Happened, line, read_answer
from gateway.model.event import PartFailed, PartWorks
from tests.detection.rig import detecting, plan_of, seeing
from tests.waiting import until

TRY = """
import json, logging, os, signal, socket, sys, threading
from pathlib import Path
from gateway.confine import calls, kernel, landlock
from gateway.detection import walls
from gateway.detection.wire import read_ask
logging.basicConfig(level=logging.WARNING)
plan = read_ask(sys.stdin.buffer.readline()).plan
newest, version = int(sys.argv[1]), landlock.version()
landlock.version = lambda: min(newest, version)
if not newest:
    calls.confine = lambda **_: False
state = plan.evidence.key_file.parent
os.chdir(state)
shut = walls.shut(plan)
me, hub = os.getpid(), os.getppid()
far = socket.create_server(("127.0.0.1", 0))
def run():
    if not (child := os.fork()):
        try:
            os.execv("/bin/true", ["true"])
        except OSError:
            os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise PermissionError
def wake():
    signal.signal(signal.SIGURG, signal.SIG_IGN)
    thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGURG,))
    thread.start()
    thread.join()
    os.kill(me, 0)
column = kernel.machine() != "x86_64"
tries = {
    "read the key": lambda: plan.evidence.key_file.read_bytes(),
    "see the journal": lambda: (state / "journal.db").read_bytes(),
    "change the journal": lambda: (state / "journal.db").open("ab"),
    "see what is beside it": lambda: (state.parent / "nightlatch.toml").read_bytes(),
    "write beside": lambda: (state / "new").touch(),
    "write to /tmp": lambda: Path("/tmp", f"nightlatch-{me}").touch(),
    "run a program": run,
    "see passwords": lambda: Path("/etc/passwd").read_bytes(),
    "speak to the hub": lambda: socket.socket(socket.AF_UNIX).connect("hub"),
    "slow the hub": lambda: os.setpriority(0, hub, os.getpriority(0, hub)),
    "end the hub": lambda: signal.pidfd_send_signal(os.pidfd_open(hub), 0),
    "keep a clip": lambda: (plan.evidence.folder / "a").write_bytes(b"a"),
    "reach a camera": lambda: socket.create_connection(far.getsockname()),
    "ask for a name": lambda: socket.getaddrinfo("localhost", 554),
    "signal itself": wake,
    "bound itself": lambda: __import__("resource").getrlimit(0),
    "load a library": lambda: __import__("gateway.detection.serving"),
}
for name, numbers in calls._OF_OTHERS.items():  # with nothing but the hub's number: it does none
    number = numbers[column]
    tries[name] = lambda number=number: kernel.syscall(number, hub, 0, 0, 0, 0)
for call in ("tgkill", "rt_tgsigqueueinfo"):
    number = calls._OF_OTHERS[call][column]
    tries[call] = lambda number=number: kernel.syscall(number, hub, hub, 0, 0, 0)
def done(do):
    try:
        do()
    except PermissionError:
        return False
    except OSError:
        pass
    return True
print(json.dumps({name: done(do) for name, do in tries.items()}))
Path("/tmp", f"nightlatch-{me}").unlink(missing_ok=True)
"""
OPEN = {
    "read the key",
    "keep a clip",
    "reach a camera",
    "ask for a name",
    "signal itself",
    "bound itself",
    "load a library",
}
NEWEST = 99

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def tried(folder: Path, newest: int) -> tuple[dict[str, bool], str]:
    """Have a process shut in try things; give what it could, and what it complained of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journal.db").write_bytes(b"the journal")
    (folder.parent / "nightlatch.toml").touch()
    asked = line(Begin(plan_of(folder)))
    with socket.socket(socket.AF_UNIX) as hub:
        hub.bind(str(folder / "hub"))
        hub.listen()
        done = subprocess.run(
            [sys.executable, "-c", TRY, str(newest)], input=asked, capture_output=True, check=True
        )
    told: dict[str, bool] = json.loads(done.stdout)
    return told, done.stderr.decode()


@needs_landlock
@pytest.mark.parametrize("newest", [5, NEWEST])  # up to 5 it knows nothing of signals
def test_what_is_shut_in_gets_at_the_evidence_and_at_cameras_and_at_nothing_else(
    tmp_path: Path, newest: int
) -> None:
    could, complained = tried(tmp_path / "state", newest)

    assert {name for name, did in could.items() if did} == OPEN
    assert not complained
    assert (tmp_path / "state" / "journal.db").read_bytes() == b"the journal"


def test_without_landlock_it_says_so_and_works(tmp_path: Path) -> None:
    could, complained = tried(tmp_path / "state", 0)

    assert all(could.values())
    assert "this kernel has no Landlock" in complained


@pytest.fixture
def opt() -> Iterator[Path]:
    """Give a folder of ours in one that is let in."""
    with tempfile.TemporaryDirectory(dir="/opt", prefix="nightlatch-") as folder:
        yield Path(folder)


@needs_landlock
@pytest.mark.skipif(not os.access("/opt", os.W_OK), reason="only root may write to /opt")
def test_a_state_folder_that_lies_beside_libraries_is_not_let_in_with_them(opt: Path) -> None:
    could, _ = tried(opt / "house" / "state", NEWEST)

    assert {name for name, did in could.items() if did} == OPEN


def test_of_a_folder_that_holds_what_is_private_the_others_are_let_in(tmp_path: Path) -> None:
    for name in ("opt/intel/lib", "opt/house/state", "opt/house/old", "opt/house2"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "opt/file").touch()
    (tmp_path / "opt/link").symlink_to(tmp_path / "opt/house")
    private = (tmp_path / "opt/house/state", tmp_path / "opt/house")

    found = [Path(one).name for one in _without(tmp_path / "opt", private)]
    assert found == ["house2", "intel"]
    assert not list(_without(tmp_path / "opt/house", private))


@pytest.mark.parametrize("way", ["{}", "{}/", "{}/.", "{}/state/..", "link"])
def test_where_the_hub_runs_is_not_let_in_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (tmp_path / "house" / "state").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "house")
    monkeypatch.chdir(tmp_path / "house")
    path = way.format(tmp_path / "house") if "{" in way else str(tmp_path / way)
    monkeypatch.setenv("LD_LIBRARY_PATH", path)
    monkeypatch.setattr(sys, "path", [*sys.path, path, ".", ""])

    allowed = {Path(one).resolve() for one, _ in _allowed(plan_of(tmp_path / "house" / "state"))}
    assert not any((tmp_path / "house").is_relative_to(one) for one in allowed)


@needs_landlock
def test_evidence_that_no_way_leads_to_ends_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    evidence = EvidencePlan(tmp_path / "file" / "evidence", tmp_path / "file" / "evidence.key")
    asked = line(Begin(replace(plan_of(tmp_path), evidence=evidence)))

    words = (sys.executable, "-m", "gateway.detection.process", str(os.getpid()))
    done = subprocess.run(words, input=asked, capture_output=True, check=False)

    said = [read_answer(one) for one in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert Happened(PartFailed("the evidence store", "its folder: Not a directory")) in said


@needs_landlock
async def test_evidence_that_can_be_made_only_later_is(tmp_path: Path) -> None:
    away = tmp_path / "disk"
    away.touch()  # in the way
    evidence = EvidencePlan(away / "evidence", away / "evidence.key")
    async with detecting(tmp_path, plan=replace(plan_of(tmp_path), evidence=evidence)) as lived:
        await lived.heard(PartFailed, lambda one: one.part == EVIDENCE)
        away.unlink()
        await lived.heard(PartWorks, lambda one: one.part == EVIDENCE)

    assert len(evidence.key_file.read_bytes()) == KEY_BYTES


@needs_landlock
async def test_a_disk_that_hangs_stops_nobody_from_looking(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    os.mkfifo(plan.evidence.key_file)  # who reads it waits
    async with seeing(tmp_path, "yard", plan=plan) as lived:
        assert lived.of(PartFailed)
        assert not [one for one in lived.of(PartFailed) if one.part != EVIDENCE]
        (tmp_path / "new").write_bytes(b"k" * KEY_BYTES)
        waits = await asyncio.to_thread(os.open, plan.evidence.key_file, os.O_WRONLY)
        (tmp_path / "new").replace(plan.evidence.key_file)
        os.write(waits, b"k" * KEY_BYTES)
        os.close(waits)
        await lived.heard(PartWorks, lambda one: one.part == EVIDENCE)


def test_a_list_of_names_that_comes_later_or_is_exchanged_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = plan_of(tmp_path).evidence
    (tmp_path / "etc").mkdir()
    (tmp_path / "run").mkdir()
    at = tmp_path / "etc" / "resolv.conf"
    monkeypatch.setattr(walls, "RESOLVER", at)
    seen = [_places(evidence)]
    for text in ("nameserver 127.0.0.1", "nameserver 127.0.0.2"):
        (tmp_path / "new").write_text(text)
        (tmp_path / "new").replace(at)
        seen.append(_places(evidence))
    assert len(set(seen)) == 3

    at.unlink()
    at.symlink_to(tmp_path / "run" / "resolv.conf")  # whose folder is let in, be it there or not
    assert walls._resolver() == tmp_path / "run"
    before = _places(evidence)
    (tmp_path / "run" / "resolv.conf").touch()
    assert _places(evidence) == before


@needs_landlock
def test_what_cannot_be_loaded_is_said_and_a_package_is_found_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "store" / "av").mkdir(parents=True)
    (tmp_path / "store" / "av" / "__init__.py").write_text("raise ImportError('of no use')")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "av").symlink_to(tmp_path / "store" / "av")

    done = subprocess.run(
        (sys.executable, "-m", "gateway.detection.process", str(os.getpid())),
        input=line(Begin(plan_of(tmp_path / "house" / "state"))),
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
    )

    assert [read_answer(one) for one in done.stdout.splitlines()] == [
        Failed("it cannot begin: of no use")
    ]


async def test_the_process_itself_gains_no_rights_and_leaves_no_core(tmp_path: Path) -> None:
    async with detecting(tmp_path) as lived:
        await until(lambda: lived.detection.standing.ready)
        status, limits = about(lived.pid())

    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert any(words.split()[4:6] == ["0", "0"] for words in limits if "core file" in words)


def about(pid: int) -> tuple[list[str], list[str]]:
    """Give what the kernel says of a process: its status, its limits."""
    folder = Path("/proc", str(pid))
    status, limits = ((folder / name).read_text("ascii") for name in ("status", "limits"))
    return status.splitlines(), limits.splitlines()


@needs_landlock
@pytest.mark.parametrize("what", ["folder", "key_file"])
async def test_evidence_that_lies_elsewhere_now_is_let_in_by_a_new_process(
    tmp_path: Path, what: str
) -> None:
    plan = plan_of(tmp_path)
    place: Path = getattr(plan.evidence, what)

    def move() -> None:
        place.chmod(0o750)  # it is the same, for all that this changes
        place.rename(tmp_path / "away")

    async with detecting(tmp_path) as lived:
        await until(lambda: lived.detection.standing.ready)
        first = lived.pid()
        await asyncio.to_thread(move)
        failed = await lived.heard(PartFailed, lambda one: one.part == PART)
        await until(lambda: lived.detection.standing.ready)
        await until(place.exists)
        assert lived.pid() != first

    assert failed == PartFailed(PART, CHANGED)
