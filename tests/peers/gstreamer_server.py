"""GStreamer's RTSP server, under the Python that Debian's GStreamer is bound to (3.11, no venv).

`gstreamer_server.py '{"mounts": {"/main": "( ... )"}, "user": "", "password": "", "port": 0}'`
prints the port that it listens on, and serves until it is killed.
"""

import json
import sys
from typing import Any

import gi  # type: ignore[import-not-found] # Debian's, not in the venv

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import (  # type: ignore[import-not-found] # noqa: E402 - as gi wants it
    GLib,
    Gst,
    GstRtspServer,
)

ROLE = "viewer"


def serve(mounts: dict[str, str], user: str, password: str, port: int) -> None:
    """Serve until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=str(port))
    if user:
        server.set_auth(_auth(user, password))
    for path, launch in mounts.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        if user:
            factory.set_permissions(_permissions())
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)  # noqa: T201 - for who started us
    GLib.MainLoop().run()


def _auth(user: str, password: str) -> Any:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return auth


def _permissions() -> Any:
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)  # noqa: FBT003 - GObject takes no names
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)  # noqa: FBT003 - GObject takes no names
    return permissions


if __name__ == "__main__":
    serve(**json.loads(sys.argv[1]))
