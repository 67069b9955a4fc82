"""What Z-Wave JS writes down, without the PINs it hears."""

import json
import subprocess
from pathlib import Path

from drivers.zwave.node_home import PINS, find_node

DSK = "24959-12345-11111-22222-33333-44444-55555-60606"
SECONDS = 30.0
SCRIPT = """
import { pathToFileURL } from "node:url";
const [pins, file, rows] = process.argv.slice(1);
const load = (path) => import(pathToFileURL(`${pins}/${path}`).href);
const { forgetful } = await load("forgetful.mjs");
const { JsonlDB } = await load("node_modules/@alcalzone/jsonl-db/build/esm/index.js");
const db = forgetful(JsonlDB).createInstance(file, {});
await db.open();
for (const [key, value] of JSON.parse(rows)) db.set(key, value);
const known = [...db.entries()];
await db.compress();
await db.close();
await db.open();
console.log(JSON.stringify([known, [...db.entries()]]));
await db.close();
"""


def value_of(command_class: int, prop: str, key: int) -> str:
    """Give the key of a value as Z-Wave JS writes it."""
    place = {"nodeId": 5, "commandClass": command_class, "endpoint": 0}
    return json.dumps({**place, "property": prop, "propertyKey": key}, separators=(",", ":"))


def kept(file: Path, rows: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Write rows, and give them as they were known before the server ended, and after."""
    line = [str(find_node(None)), "--input-type=module", "-e", SCRIPT]
    line += [str(PINS), str(file), json.dumps([*rows.items()])]
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS, check=True)
    before, after = json.loads(done.stdout)
    return dict(before), dict(after)


def test_the_pins_of_a_lock_are_known_while_the_server_lives_and_not_written_down(
    tmp_path: Path,
) -> None:
    old, new = value_of(99, "userCode", 3), value_of(131, "credential", 65539)
    status = value_of(99, "userIdStatus", 3)
    rows: dict[str, object] = {old: "902174", new: "902174", status: 1}

    before, after = kept(tmp_path / "a.values.jsonl", rows)

    assert before == rows
    assert after == {old: "", new: "", status: 1}
    assert "902174" not in (tmp_path / "a.values.jsonl").read_text()


def test_the_digits_of_a_label_are_not_written_down_with_the_key(tmp_path: Path) -> None:
    _, after = kept(tmp_path / "a.jsonl", {"node.5.dsk": DSK, "node.5.securityClasses": 7})

    assert after == {"node.5.dsk": f"00000{DSK[5:]}", "node.5.securityClasses": 7}


def test_a_device_that_is_expected_is_known_by_its_whole_key(tmp_path: Path) -> None:
    rows: dict[str, object] = {"controller.provisioningList": [{"dsk": DSK}], "node.5.dsk": DSK}

    _, after = kept(tmp_path / "a.jsonl", rows)

    assert after == rows
