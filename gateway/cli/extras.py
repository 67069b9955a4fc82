"""What is installed beside the hub itself, and what to do where something is not."""

from importlib.util import find_spec

from gateway.cli.output import Problem

CAMERAS = ("av", "numpy", "onnxruntime", "onvif", "onvif_parsers")


def must_have_cameras() -> None:
    """Raise Problem where the libraries of cameras are not installed."""
    if not all(find_spec(library) for library in CAMERAS):
        raise Problem("cameras are not installed: `pip install 'nightlatch[cameras]'` does it")
