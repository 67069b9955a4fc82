"""Writes what is made of the models: nightlatch.schema.json and the keys in docs/config.md.

Run it in the repository's root, as `python -m gateway.config`, after a change to models.py.
"""

import json
from pathlib import Path

from gateway.config.reference import with_reference
from gateway.config.schema import json_schema


def written_schema() -> str:
    """Give the content of nightlatch.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path("nightlatch.schema.json").write_text(written_schema(), encoding="utf-8")
    page = Path("docs/config.md")
    page.write_text(with_reference(page.read_text(encoding="utf-8")), encoding="utf-8")
