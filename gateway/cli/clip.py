"""`nightlatch clip`: the recordings and pictures in the evidence store, read from the disk."""

import contextlib
import hashlib
import os
import sqlite3
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gateway.cli.entries import place_of
from gateway.cli.hub import state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import BAD_INPUT, NOT_SO, Problem, emit, sentences
from gateway.detection.clip.name import CLIP, FOLDER, is_name
from gateway.detection.clip.shelf import Kept, days_of, found_in
from gateway.detection.plan import EVIDENCE_KEY

if TYPE_CHECKING:
    from gateway.detection.clip.seal import Reading

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The recordings and pictures that are kept. All take --json.",
)
LONGEST = 100_000

NameArgument = Annotated[str, typer.Argument(help="Its name, as `nightlatch clip list` shows it.")]


@dataclass(frozen=True, slots=True)
class _Journal:
    """What the journal says of clips.

    The first hash of a clip stands: what is cut and closed again later is told with another.
    """

    hashes: dict[str, str] = field(default_factory=dict[str, str])
    there: set[str] = field(default_factory=set[str])


@app.command("list")
def list_clips(  # noqa: PLR0913 - each is an option of the command
    *,
    camera: Annotated[str | None, typer.Option(help="Only of this camera.")] = None,
    pictures: Annotated[bool, typer.Option("--pictures", help="Pictures too.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=LONGEST, help="The newest so many.")
    ] = 50,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is kept, the newest last."""
    with sentences(as_json=as_json):
        folder, _ = _places(config, state)
        wanted = [
            one
            for one in _all(folder)
            if (pictures or one.kind == CLIP) and (camera is None or _camera(one) == camera)
        ]
        if not wanted and camera is not None:
            _must_be_a_camera(config, camera)
        zone = place_of(config).zone
        for one in wanted[-limit:]:
            _tell(one, zone, as_json=as_json)
        if not wanted and not as_json:
            typer.echo("Nothing is kept.")


@app.command()
def show(
    name: NameArgument,
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is written down of one."""
    with sentences(as_json=as_json):
        folder, _ = _places(config, state)
        one = _one(folder, name)
        if as_json:
            emit(_about(one))
            return
        for key, value in _about(one).items():
            typer.echo(f"{key.replace('_', ' '):>16}  {value}")


@app.command()
def export(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="The MP4 or JPEG to write; it must not be there.")],
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one out in clear, and say its SHA-256. Exit 1 where it is not whole."""
    with sentences(as_json=as_json):
        folder, key = _places(config, state)
        one = _one(folder, name)
        sha256, size, end = _written_out(_reading(folder, key, one), file)
        if not size:
            file.unlink()
            raise Problem(f"nothing of {name} can be read: {_wrong_with(one, sha256, end)}")
        wrong = _wrong_with(one, sha256, end) or _differs(
            _journal_hashes(state_folder(config, state)), one, sha256
        )
        if as_json:
            told = {"file": str(file), "sha256": sha256, "size_bytes": size, "end": end}
            emit({"ok": not wrong, "clip": name, **told, "wrong": wrong})
        else:
            typer.echo(f"{file}: {size} bytes, {end}\nsha256: {sha256}")
            _say(wrong)
        if wrong:
            raise typer.Exit(NOT_SO)


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Only these.")] = None,
    *,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read all through, and compare with the notes and the journal. Exit 1 where one differs."""
    with sentences(as_json=as_json):
        folder, key = _places(config, state)
        wanted = [_one(folder, name) for name in names] if names else _all(folder)
        journal = _journal_hashes(state_folder(config, state))
        found = {one.name: _checked(folder, key, one, journal) for one in wanted}
        if not names:
            gone = f"it is not in {folder}: deleted, or left in an evidence folder of before"
            found |= dict.fromkeys(sorted(journal.there - found.keys()), gone)
        for name, wrong in sorted(found.items()):
            if as_json:
                emit({"clip": name, "ok": not wrong, "wrong": wrong})
            elif wrong:
                typer.secho(f"{name}: {wrong}", fg=typer.colors.RED)
        bad = sum(bool(wrong) for wrong in found.values())
        if not as_json:
            sound = f"{len(found) - bad} of {len(found)} are what was recorded."
            typer.secho(sound, fg=typer.colors.RED if bad else typer.colors.GREEN)
        if bad:
            raise typer.Exit(NOT_SO)


@app.command()
def delete(
    name: NameArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = CONFIG_FILE,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete one for good. A hub that runs notices, and writes it into its journal."""
    with sentences(as_json=as_json):
        folder, _ = _places(config, state)
        one = _one(folder, name)
        if one.note is not None and one.note.is_open:
            raise Problem(f"{name} is being recorded, or a start of the hub will close it first")
        if not yes:
            typer.confirm(f"Delete {name} for good?", abort=True, err=True)
        try:
            for path in one.files(folder):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise Problem(f"{name} cannot be deleted: {error.strerror}") from None
        if as_json:
            emit({"ok": True, "clip": name})
        else:
            typer.echo(f"{name} is deleted.")


def _places(config: Path, state: Path | None) -> tuple[Path, Path]:
    """Find the evidence folder and its key."""
    home = state_folder(config, state)
    # By hand: `gateway.config` gives a file of which all holds, and evidence is wanted of others.
    section = _written(config).get("evidence", {})
    named = section.get("folder") if isinstance(section, dict) else None
    folder = home / str(named or FOLDER)
    if not folder.is_dir():
        raise Problem(f"there is no evidence in {folder} yet: the first recording makes it")
    return folder, home / EVIDENCE_KEY


def _written(config: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        return tomllib.loads(config.read_text("utf-8-sig"))
    return {}


def _must_be_a_camera(config: Path, name: str) -> None:
    cameras = _written(config).get("camera", [])
    named = [one.get("name") for one in cameras if isinstance(one, dict)]
    if name not in named:
        raise Problem(f"there is no camera {name}", BAD_INPUT)


def _all(folder: Path) -> list[Kept]:
    try:
        found = [one for day in days_of(folder) for one in found_in(day)]
    except OSError as error:
        raise Problem(f"{folder} cannot be read: {error.strerror}") from None
    return sorted(found, key=lambda one: one.began)


def _one(folder: Path, name: str) -> Kept:
    if not is_name(name):
        raise Problem(f"{name!r} is no clip's name: `nightlatch clip list` shows them", BAD_INPUT)
    for one in _all(folder):
        if one.name == name:
            return one
    raise Problem(f"there is no {name}: `nightlatch clip list` shows what there is")


def _reading(folder: Path, key: Path, one: Kept) -> "Reading":
    # cryptography takes 30 ms, and `--help` loads every command.
    from gateway.detection.clip.key import KeyRefused, read_key  # noqa: PLC0415 - see above
    from gateway.detection.clip.seal import Reading, SealRefused  # noqa: PLC0415 - same

    try:
        return Reading(one.files(folder)[0], one.name, read_key(key))
    except (KeyRefused, SealRefused) as refused:
        raise Problem(str(refused)) from None
    except OSError as error:
        raise Problem(f"{one.name} cannot be read: {error.strerror}") from None


def _written_out(reading: "Reading", file: Path) -> tuple[str, int, str]:
    """Write the content to a new file; give its SHA-256, its size, and how it ended."""
    whole, size = hashlib.sha256(), 0
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as target:
            for part in reading:
                target.write(part)
                whole.update(part)
                size += len(part)
    except FileExistsError:
        raise Problem(f"{file} is there already: name another file", BAD_INPUT) from None
    except OSError as error:
        raise Problem(f"{file} cannot be written: {error.strerror}") from None
    finally:
        reading.close()
    return whole.hexdigest(), size, str(reading.end)


def _wrong_with(one: Kept, sha256: str, end: str) -> str:
    """Say what is not as it was recorded; "" where all is."""
    if end == "damaged":
        return "it was damaged or changed: what comes before the damage is what was recorded"
    if end == "torn":
        still = one.note is not None and one.note.is_open
        return "it is being recorded, or was cut off" if still else "a part of its end is missing"
    if one.kind != CLIP:
        return ""
    if one.note is None:
        return "its note is missing or damaged: whether it is whole, only the journal can tell"
    return "" if one.note.sha256 == sha256 else "its SHA-256 is not that of its note"


def _differs(journal: _Journal, one: Kept, sha256: str) -> str:
    written = journal.hashes.get(one.name, sha256)
    return "" if written == sha256 else "its SHA-256 is not what the journal says"


def _checked(folder: Path, key: Path, one: Kept, journal: _Journal) -> str:
    try:
        reading = _reading(folder, key, one)
        whole = hashlib.sha256()
        for part in reading:
            whole.update(part)
    except Problem as problem:
        return str(problem)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    sha256 = whole.hexdigest()
    return _wrong_with(one, sha256, str(reading.end)) or _differs(journal, one, sha256)


def _journal_hashes(state: Path) -> _Journal:
    """Give what the journal says of the clips."""
    from gateway.journal.folder import JOURNAL  # noqa: PLC0415 - the codec is heavy
    from gateway.journal.journal import entries  # noqa: PLC0415 - same
    from gateway.model.sight import ClipKept, ClipRemoved  # noqa: PLC0415 - same

    if not (state / JOURNAL).exists():
        return _Journal()
    told = _Journal()
    try:
        for entry in entries(state, kinds=("ClipKept", "ClipRemoved")):
            match entry.event:
                case ClipKept(clip=clip, sha256=sha256):
                    told.hashes.setdefault(clip, sha256)
                    told.there.add(clip)
                case ClipRemoved(clip=clip):
                    told.there.discard(clip)
                case _:
                    pass
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"the journal in {state} cannot be read: {error}") from None
    return told


def _camera(one: Kept) -> str:
    from gateway.detection.clip.name import camera_of  # noqa: PLC0415 - only for this

    return one.note.camera if one.note is not None else camera_of(one.name)


def _about(one: Kept) -> dict[str, Any]:
    kind = "clip" if one.kind == CLIP else "picture"
    if one.note is not None:
        return {"kind": kind, **asdict(one.note)}
    return {"kind": kind, "clip": one.name, "began": one.began.isoformat(), "note": None}


def _tell(one: Kept, zone: ZoneInfo, *, as_json: bool) -> None:
    stamp = typer.style(f"{one.began.astimezone(zone):%Y-%m-%d %H:%M:%S}", dim=True)
    if as_json:
        emit(_about(one))
    elif one.kind != CLIP:
        typer.echo(f"{stamp}  {one.name}  picture")
    elif one.note is None:
        wrong = typer.style("its note is missing or damaged", fg=typer.colors.YELLOW)
        typer.echo(f"{stamp}  {one.name}  {wrong}")
    else:
        note = one.note
        pinned = "  pinned" if note.pinned else ""
        about = "being recorded" if note.is_open else f"{note.seconds:.0f} s, {note.state}"
        typer.echo(f"{stamp}  {one.name}  {note.incident}  {about}{pinned}")


def _say(wrong: str) -> None:
    if wrong:
        typer.secho(f"{wrong[0].upper()}{wrong[1:]}.", fg=typer.colors.RED, err=True)
