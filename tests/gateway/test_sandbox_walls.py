"""What a program cannot do, each tried by one that can do it outside of the sandbox.

There are two walls, the small root and what stands behind it: each is also tried alone.
"""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.api.doctor import checks
from gateway.sandbox import layers, process
from gateway.sandbox.layers import Layer
from tests.gateway.programs import Bench, must_have_all_walls, write

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module", autouse=True)
def _walls() -> None:
    must_have_all_walls()


@dataclass(frozen=True)
class House:
    """What lies and listens around a program."""

    folder: Path
    port: int
    name: str  # of an abstract socket

    def deed(self, text: str) -> str:
        """Write a program that does one thing and says so."""
        words = {
            "secret": str(self.folder / "state" / "secret"),
            "socket": str(self.folder / "state" / "hub.sock"),
            "state": str(self.folder / "state"),
            "folder": str(self.folder),
            "port": self.port,
            "name": self.name,
            "hub": os.getpid(),
        }
        filled = re.sub(r"\$(\w+)", lambda found: str(words[found[1]]), text)
        return f"import ctypes, os, socket, subprocess, sys\n{filled}\nsys.exit('done')"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Give a state folder with a secret, and three who listen."""
    tmp_path.parent.chmod(0o755)
    state = tmp_path / "state"
    state.mkdir()
    (state / "secret").write_text("hash", "utf-8")
    name = f"nightlatch-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as local,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        local.bind(str(state / "hub.sock"))
        local.listen()
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield House(tmp_path, tcp.getsockname()[1], name)


# The deed, and whether the second walls keep it out when the small root is gone.
DEEDS = {
    "reads a secret": ("open('$secret').read()", True),
    "lists the state folder": ("os.listdir('$state')", True),
    "knows that a secret is there": ("os.stat('$secret')", False),
    "reads who else there is": ("open('/etc/passwd').read()", True),
    "reads itself by its old path": ("open('$folder/program').read()", False),
    "writes beside itself": ("open('$folder/new', 'w').close()", True),
    "writes into the state folder": ("open('$secret', 'a').write('x')", True),
    "writes into what all may": (
        "open('/var/tmp/$name', 'w').close(); os.remove('/var/tmp/$name')",
        True,
    ),
    "changes itself": ("open(sys.argv[0], 'a').close()", False),
    "removes a secret": ("os.rename('$secret', '$secret')", True),
    "speaks to the hub": ("socket.socket(socket.AF_UNIX).connect('$socket')", True),
    "speaks to an abstract name": ("socket.socket(socket.AF_UNIX).connect('\\0$name')", True),
    "speaks TCP": ("socket.create_connection(('127.0.0.1', $port))", True),
    "sends UDP": ("socket.socket(2, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))", True),
    "signals the hub": ("os.kill($hub, 0)", False),
    "sees the hub": ("open('/proc/$hub/cmdline').read()", True),
    "reads what the hub was given": ("os.environ['HOME_OF_TESTS']", False),
    "makes a world of its own": (
        "if ctypes.CDLL(None).unshare(0x10000000): sys.exit('refused')",
        True,
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_outside_of_the_sandbox_it_can_do_it(house: House, deed: str) -> None:
    program = write(house.folder, house.deed(DEEDS[deed][0]))
    environment = {**os.environ, "HOME_OF_TESTS": "here"}

    result = subprocess.run([program], capture_output=True, text=True, env=environment, check=False)

    assert result.stderr.strip() == "done"


@pytest.mark.parametrize("deed", DEEDS)
async def test_inside_it_cannot(house: House, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_OF_TESTS", "here")

    ended = await Bench(house.folder).run(house.deed(DEEDS[deed][0]))

    assert ended.reason.startswith("it ended with status 1")
    assert not ended.reason.endswith("done")


NO_SECOND = "landlock.confine = lambda _: 0; calls.confine = lambda: False; "
NO_FIRST = (
    "child._own_world = lambda: None; tree.TMP = '/dev/shm'; "
    "tree.build = lambda _, __: child.sys.argv[4]; "
)
OF_SMALL_ROOT = {"makes a world of its own"}  # a second one shows it nothing either


def without(walls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out some walls in the child."""
    head, _, tail = process._START.rpartition("; ")
    load = (
        "import gateway.sandbox.child as child; from gateway.sandbox import tree; "
        "from gateway.confine import calls, landlock"
    )
    monkeypatch.setattr(process, "_START", f"{head}; {load}; {walls}{tail}")


@pytest.mark.parametrize("deed", sorted(set(DEEDS) - OF_SMALL_ROOT))
async def test_the_small_root_alone_keeps_it_out(
    house: House, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(NO_SECOND, monkeypatch)

    ended = await Bench(house.folder).run(house.deed(DEEDS[deed][0]))

    assert ended.reason.startswith("it ended with status 1")
    assert not ended.reason.endswith("done")


@pytest.mark.parametrize("deed", [deed for deed, (_, kept) in DEEDS.items() if kept])
async def test_the_second_walls_alone_keep_it_out(
    house: House, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(NO_FIRST, monkeypatch)
    open_to_all(house.folder)

    ended = await Bench(house.folder).run(house.deed(DEEDS[deed][0]))

    assert ended.reason.startswith("it ended with status 1")
    assert not ended.reason.endswith("done")


def open_to_all(folder: Path) -> None:
    """Let everybody do everything there: it is no right that keeps a program out."""
    for above in folder.parents:
        if above.stat().st_uid == os.getuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o005)
    for path in folder, *folder.rglob("*"):
        path.chmod(0o777)


async def test_what_a_program_needs_it_can(tmp_path: Path) -> None:
    can = """
import asyncio, json, os, random, subprocess, sys, tempfile, threading
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(folder + "/a")
    open(folder + "/a/b", "w").write("x")
    os.rename(folder + "/a/b", folder + "/b")
    assert open(folder + "/b").read() == "x"
asyncio.run(asyncio.sleep(0))
thread = threading.Thread(target=random.SystemRandom().random)
thread.start()
thread.join()
assert subprocess.run(["sh", "-c", "echo yes | cat"], capture_output=True).stdout == b"yes\\n"
open("/dev/null", "w").write("x")
assert sys.argv[0] == "/script/program"
assert open(sys.argv[0]).read()
print(json.dumps({"do": [{"on": "lamp"}]}))
"""
    ended = await Bench(tmp_path).run(can)

    assert ended.reason == ""
    assert len(ended.commands) == 1


async def test_its_environment_holds_nothing_of_the_hubs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTLATCH_TOKEN", "secret")

    ended = await Bench(tmp_path).run(
        "import json, os, sys; sys.exit(json.dumps([dict(os.environ), os.getuid(), os.getcwd()]))"
    )

    given, user, folder = json.loads(ended.reason.removeprefix("it ended with status 1: "))
    given.pop("LC_CTYPE", None)  # python sets it itself
    assert given == {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": "/tmp",
    }  # fmt: skip
    assert user != 0
    assert folder == "/tmp"


async def test_two_programs_share_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    assert (await bench.run("open('/tmp/left', 'x').close()")).reason == ""
    assert (await bench.run("open('/tmp/left', 'x').close()")).reason == ""


async def test_every_wall_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    walls = await layers.layers()
    assert [(wall.name, wall.there) for wall in walls] == [
        ("namespaces", True), ("landlock", True), ("seccomp", True),
    ]  # fmt: skip

    without(NO_SECOND, monkeypatch)
    walls = await layers.layers()
    assert [(wall.name, wall.there, wall.needed) for wall in walls] == [
        ("namespaces", True, True), ("landlock", False, False), ("seccomp", False, False),
    ]  # fmt: skip


async def test_where_the_first_wall_is_missing_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack = (
        "def no(*_): raise PermissionError(1, 'Operation not permitted')\nchild.os.unshare = no\n"
    )
    head, _, tail = process._START.rpartition("; ")
    script = f"{head}\nimport gateway.sandbox.child as child\n{lack}{tail}"
    monkeypatch.setattr(process, "_START", script)

    ended = await Bench(tmp_path).run("print('{\"do\": []}')")
    walls = await layers.layers()

    why = "the system gives no user namespaces: Operation not permitted"
    assert ended.reason == f"there is no sandbox: {why}"
    assert walls == [
        Layer(
            "namespaces", there=False, needed=True, sentence=f"programs of rules do not run: {why}"
        )
    ]


@pytest.mark.parametrize(
    ("there", "needed", "ok"), [(True, True, True), (False, False, True), (False, True, False)]
)
def test_the_doctor_minds_only_a_wall_that_is_needed(there: bool, needed: bool, ok: bool) -> None:  # noqa: FBT001 - pytest hands them over
    house = SimpleNamespace(state=SimpleNamespace(drivers={}, troubles=()), site=None)
    layer = Layer("namespaces", there=there, needed=needed, sentence="how it is")

    told = checks(house, 0, [layer])  # type: ignore[arg-type]  # as much of a house as is looked at

    assert told[-1] == {"name": "sandbox: namespaces", "ok": ok, "sentence": "how it is"}
