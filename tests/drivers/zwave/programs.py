"""Programs that stand for Node and npm, where a test must not reach for a registry."""

from pathlib import Path

from drivers.zwave.node_home import PINS


def program(file: Path, text: str) -> Path:
    """Write a program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def fake_node(folder: Path, npm: str) -> Path:
    """Write a Node that says it is one, and for npm does what the text says."""
    script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    script.parent.mkdir(parents=True)
    script.touch()
    asked = '[ "$1" = --version ] && { echo v24.0.0; exit; }'
    return program(folder / "bin" / "node", f"{asked}\n{npm}")


FETCHES = f"""
[ "$2" = ci ] && [ "$3" = --ignore-scripts ] || exit 9
cmp package-lock.json {PINS}/package-lock.json || exit 8
mkdir -p node_modules/zwave-js
for number in 1 2 3; do echo "npm http fetch GET 200 one-$number.tgz 3ms" >&2; done
cp {PINS}/package-lock.json node_modules/.package-lock.json
"""
"""An npm that has everything."""

HALF = """
mkdir -p node_modules/half
echo "npm error code ENOTFOUND" >&2
echo "npm error network request to the registry failed" >&2
exit 1
"""
"""An npm whose line breaks."""
