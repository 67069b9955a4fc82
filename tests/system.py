"""What some tests need of the system: `needed(part)` gives where it is, or installs it if it can.

Where it cannot, the test is skipped, with the reason; under CI=true that is a failure.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nightlatch-tests"
FETCH_SECONDS = 600.0
PYTHON = "/usr/bin/python3"  # Debian's own: its GObject bindings know no other


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the system: how it is found, and the Debian packages that bring it."""

    found: Callable[[], Path | None]
    packages: tuple[str, ...]
    unpacked: bool = False  # into the cache, without installing: it takes no rights


def needed(part: str) -> Path:
    """Give where a part is: a program, or a folder of files. Else the test ends here."""
    wanted = PARTS[part]
    if (there := wanted.found()) is not None:
        return there
    with _alone():
        reason = "" if wanted.found() else _fetch(wanted)
    if (there := wanted.found()) is not None:
        return there
    sentence = f"{part} is not there: {reason or 'its packages do not bring it'}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def _ffmpeg() -> Path | None:
    found = shutil.which("ffmpeg")
    return Path(found) if found and shutil.which("ffprobe") else None


def _gstreamer() -> Path | None:
    """Give the Python that has GStreamer's RTSP server."""
    if not Path(PYTHON).exists():
        return None
    ask = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); "
        "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
        "assert Gst.ElementFactory.find('rtph264pay') and Gst.ElementFactory.find('h264parse')"
    )
    done = subprocess.run([PYTHON, "-c", ask], capture_output=True, check=False)
    return Path(PYTHON) if done.returncode == 0 else None


def _opencv_doc() -> Path | None:
    """Give the folder of OpenCV's example pictures and films, with `vtest.avi` in it."""
    for root in (Path("/"), CACHE / "opencv-doc"):
        for film in (root / "usr/share/doc").glob("opencv-doc/**/vtest.avi"):
            return film.parent
    return None


PARTS = {
    "ffmpeg": Part(_ffmpeg, ("ffmpeg",)),
    "gstreamer": Part(
        _gstreamer,
        (
            "python3-gi",
            "gir1.2-gst-rtsp-server-1.0",
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
            "gstreamer1.0-rtsp",
        ),
    ),
    "opencv-doc": Part(_opencv_doc, ("opencv-doc",), unpacked=True),
}


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other tests' processes from fetching at the same time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(part: Part) -> str:
    """Bring a part's packages; give why not, or ""."""
    if shutil.which("apt-get") is None:
        return "this is no Debian"
    if part.unpacked:
        return _unpack(*part.packages)
    if os.geteuid() != 0:
        return f"install {' '.join(part.packages)}"
    command = ["apt-get", "install", "-y", "--no-install-recommends", *part.packages]
    if not _run(command):
        return ""
    return _run(["apt-get", "update"]) or _run(command)  # the lists may be stale


def _unpack(package: str) -> str:
    folder = CACHE / package
    folder.mkdir(parents=True, exist_ok=True)
    if reason := _run(["apt-get", "download", package], folder):
        return reason
    for file in folder.glob(f"{package}_*.deb"):
        reason = _run(["dpkg", "-x", str(file), str(folder)], folder)
        file.unlink()
    return reason


def _run(command: list[str], folder: Path = Path("/")) -> str:
    """Run a command; give what it complained of, or ""."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=quiet,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} took too long"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]
