"""Puts into a hub file where the simulated sticks and cameras really are. Pure.

NoPlace
"""

import json
import re
from collections.abc import Mapping

from simulator.play.far_side import Addresses
from simulator.play.house import STICK, Radio

_CAMERA = re.compile(r'"(rtsp://)?([a-z0-9_]+)\.camera(?:/(main|sub))?"')
"""`"yard.camera"` stands for a camera's ONVIF, `"rtsp://yard.camera/main"` for its stream."""


class NoPlace(Exception):
    """A hub file has no place for a port or an address. The text says what was expected."""


def placed(text: str, ports: Mapping[Radio, str], cameras: Addresses) -> str:
    """Give a hub file with the real ports and addresses in it, or raise NoPlace."""
    for radio, port in ports.items():
        text = _with_port(text, radio, port)
    return _with_cameras(text, cameras)


def _with_port(text: str, radio: Radio, port: str) -> str:
    placeholder = rf'^(\[{radio}\]\n(?:[^\[\n].*\n|\n)*?)port = "{STICK}"'
    text, many = re.subn(
        placeholder,
        lambda found: f"{found[1]}port = {json.dumps(port)}",
        text,
        flags=re.MULTILINE,
    )
    if many != 1:
        expected = f'port = "{STICK}" in [{radio}], for the real port to replace'
        raise NoPlace(f"expected {expected}")
    return text


def _with_cameras(text: str, cameras: Addresses) -> str:
    missing = cameras.keys() - {found[2] for found in _CAMERA.finditer(text)}
    for name in sorted(missing):
        expected = f'address = "{name}.camera" in a [[camera]], for the real one to replace'
        raise NoPlace(f"expected {expected}")
    return _CAMERA.sub(lambda found: json.dumps(_address(found, cameras)), text)


def _address(found: re.Match[str], cameras: Addresses) -> str:
    stream = (found[3] or "main") if found[1] else "onvif"
    address = cameras.get(found[2], {}).get(stream)
    if address is None:
        raise NoPlace(f"found {found[0]}, and no simulated camera has that")
    return address
