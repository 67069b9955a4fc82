"""Whether a stick can be reached: its device file, or its address on the network."""

import os
import re
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from gateway.cli.checking import Check, failed, well

CONNECT_SECONDS = 3.0
HANG_UP_SECONDS = 0.5
SYSTEM = Path("/sys/dev/char")
MEMORY = 1  # the major number of /dev/null, /dev/zero and others that are no hardware
PSEUDO_TERMINALS = range(136, 144)


def has(found: Mapping[str, bool] | None, radio: str) -> bool | None:
    """Tell whether the running hub has a radio; None where no hub runs."""
    return None if found is None else found.get(radio, False)


def port_check(name: str, port: str, found: bool | None) -> Check:  # noqa: FBT001 - three answers
    """Look at a stick's port. `found`: the running hub has its radio; None: no hub."""
    if "://" in port:
        return _network_port(name, port) if found is None else _of_the_hub(name, port, found=found)
    try:
        mode = Path(port).stat().st_mode
    except FileNotFoundError:
        return failed(name, f"{port} is not there: plug the stick in, or correct the name")
    except OSError as error:
        return failed(name, f"{port} cannot be reached: {error.strerror}")
    if not stat.S_ISCHR(mode) or (not found and not _is_serial(Path(port).stat().st_rdev)):
        return failed(name, f"{port} is no serial port: correct the name")
    if found is not None:
        return _of_the_hub(name, port, found=found)
    if not os.access(port, os.R_OK | os.W_OK):
        return failed(name, f"{port} may not be used: add the hub's user to the group dialout")
    if holder := _holder(Path(port).resolve()):
        return failed(name, f"{port} is busy: stop {holder}, which holds it")
    return well(name, f"{port} is there and free")


def _of_the_hub(name: str, port: str, *, found: bool) -> Check:
    if found:
        return well(name, f"{port} is the running hub's, and its radio answers")
    sentence = "the running hub does not find its radio: plug the stick in anew, or restart the hub"
    return failed(name, f"{port} is there, yet {sentence}")


def _is_serial(number: int) -> bool:
    """Tell whether a stick can be behind a device, without opening it: that may reset a stick."""
    if os.major(number) in PSEUDO_TERMINALS:
        return True
    about = SYSTEM / f"{os.major(number)}:{os.minor(number)}"
    if not about.exists():  # a container may show nothing of it
        return os.major(number) != MEMORY
    kind = (about / "subsystem").resolve().name
    return kind == "tty" and re.fullmatch(r"(tty\d*|console|ptmx)", about.resolve().name) is None


def _network_port(name: str, port: str) -> Check:
    address = urlsplit(port)
    place = address.hostname or "", address.port or 0
    try:
        with socket.create_connection(place, CONNECT_SECONDS) as stick:
            if _hangs_up(stick):
                why = "perhaps another program, or another hub, holds it"
                return failed(name, f"{port} hangs up at once: {why}")
    except OSError as error:
        reason = error.strerror or "no answer"
        return failed(name, f"{port} does not answer ({reason}): look at its power and network")
    return well(name, f"{port} answers")


def _hangs_up(stick: socket.socket) -> bool:
    """Tell whether the other end has no use for us: a serial port has one owner."""
    stick.settimeout(HANG_UP_SECONDS)
    try:
        return not stick.recv(1)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def _holder(device: Path) -> str | None:
    """Name a process that has the port open; of other users' we may not know."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = any(link.readlink() == device for link in (process / "fd").iterdir())
            if held:
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # not ours to look at, or gone meanwhile
            continue
    return None
