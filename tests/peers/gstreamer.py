"""Starts GStreamer's RTSP server with films of ours."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.model.credential import Code
from tests.system import needed

SERVER = Path(__file__).with_name("gstreamer_server.py")
_PAYLOADS = {
    "h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=1",
    "hevc": "h265parse ! rtph265pay name=pay0 pt=96 config-interval=1",
}


def launch(film: Path, codec: str) -> str:
    """Give the line that plays a Matroska film once to each who asks."""
    return f"( filesrc location={film} ! matroskademux ! {_PAYLOADS[codec]} )"


@contextmanager
def gstreamer(
    mounts: Mapping[str, str], user: str = "", password: str = "", port: int = 0
) -> Iterator["GstreamerServer"]:
    """Run the server for a while."""
    said = {"mounts": dict(mounts), "user": user, "password": password, "port": port}
    about = json.dumps(said)
    command = [str(needed("gstreamer")), str(SERVER), about]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            yield GstreamerServer(server, int(server.stdout.readline()))
        finally:
            server.kill()


class GstreamerServer:
    """A server that runs."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self.port = port

    def url(self, path: str, login: str = "") -> Code:
        """Give the address of a stream; `login` is `user:password`."""
        at = f"{login}@" if login else ""
        return Code(f"rtsp://{at}127.0.0.1:{self.port}{path}")

    def kill(self) -> None:
        """Be gone, as a camera whose plug is pulled."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Be silent, and connected, as a camera that hangs."""
        self._process.send_signal(signal.SIGSTOP)
