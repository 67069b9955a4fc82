"""From a path to a configuration, or to everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from pydantic import PrivateAttr, ValidationError

from gateway.config import camera_references, references, syntax, wording
from gateway.config.camera_plan import compile_plan
from gateway.config.errors import ConfigError, ConfigErrors, Problem
from gateway.config.errors import Path as KeyPath
from gateway.config.located import located, mark
from gateway.config.models import Sections
from gateway.config.references import NEVER
from gateway.config.site import compile_site
from gateway.config.source import Beside, Folder, Remembered, Source
from gateway.config.text import Text
from gateway.detection.plan import Plan
from rules.rulebook import RuleBook
from rules.site import Site

if TYPE_CHECKING:
    from gateway.config.rule_house import Known
    from gateway.config.rules import Compiled
    from rules.trial import RuleTest

MAX_BYTES = 8_000_000  # 20,000 rules


class Config(Sections):
    """A configuration that holds: every key checked, every reference known."""

    _path: Path = PrivateAttr(default=Path())
    _warnings: tuple[ConfigError, ...] = PrivateAttr(default=())
    _source: Source = PrivateAttr(default=Source("", ""))
    _left_out: tuple[ConfigError, ...] = PrivateAttr(default=())
    _book: RuleBook = PrivateAttr(default_factory=RuleBook)
    _tests: tuple["RuleTest", ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """Give the file it came from."""
        return self._path

    @property
    def warnings(self) -> tuple[ConfigError, ...]:
        """Give what works and is probably not what was meant."""
        return self._warnings

    @property
    def state_folder(self) -> Path:
        """Give the folder of what must survive a restart; it need not exist."""
        return self._path.parent / self.state.folder

    @property
    def zigbee_port(self) -> str | None:
        """Give the stick's device file or address, relative paths resolved; None for no stick."""
        if self.zigbee is None:
            return None
        port = self.zigbee.port
        return port if "://" in port else str(self._path.parent / port)

    @property
    def zwave_port(self) -> str | None:
        """Give the stick's device file or address; None for no stick, or another's server."""
        if self.zwave is None or self.zwave.port is None:
            return None
        port = self.zwave.port
        return port if "://" in port else str(self._path.parent.absolute() / port)

    @property
    def zwave_folder(self) -> Path:
        """Give the folder of the Z-Wave server's packages, keys and cache; it need not exist."""
        return self.state_folder.absolute() / "zwave"

    @property
    def zwave_node(self) -> Path | None:
        """Give the program `node` that is to be used; None for the one there is."""
        named = self.zwave.node if self.zwave is not None else None
        return None if named is None else self._path.parent.absolute() / named

    @property
    def zwave_keys(self) -> Path:
        """Give the file of the Z-Wave network's keys; it need not exist."""
        named = self.zwave.keys if self.zwave is not None else None
        return self._path.parent.absolute() / named if named else self.zwave_folder / "keys.toml"

    def plan(self) -> Plan | None:
        """Give what the detection is told; None without cameras."""
        return compile_plan(self, self._path.parent.absolute(), self.state_folder.absolute())

    def password_file(self, camera: str) -> Path | None:
        """Give the file of a camera's password; None where it has none."""
        named = next((one.password_file for one in self.cameras if one.name == camera), None)
        return None if named is None else self._path.parent.absolute() / named

    @property
    def codes(self) -> dict[str, str]:
        """Give the hash of everybody who has a code."""
        return {person.name: person.code for person in self.people if person.code is not None}

    @property
    def source(self) -> Source:
        """Give what it was made of, without the hashes of codes: `again` makes it anew."""
        return self._source

    def found_at(self, path: Path, warnings: tuple[ConfigError, ...], source: Source) -> Self:
        """Note where it came from; give itself."""
        self._path, self._warnings, self._source = path, warnings, source
        return self

    @property
    def left_out(self) -> tuple[ConfigError, ...]:
        """Give the mistakes without which it was loaded: of rules, and of cameras' passwords."""
        return self._left_out

    def sparing(self, left_out: tuple[ConfigError, ...]) -> Self:
        """Note what was left out; give itself."""
        self._left_out = left_out
        return self

    def holding(self, compiled: "Compiled") -> Self:
        """Note its rules; give itself."""
        self._book, self._tests = compiled.book, compiled.tests
        return self

    def site(self) -> Site:
        """Give what the rules are told."""
        return compile_site(self, self._book)

    def rulebook(self) -> RuleBook:
        """Give the rules, compiled."""
        return self._book

    def rule_tests(self) -> tuple["RuleTest", ...]:
        """Give the tests of the rules, each with the id of its rule."""
        return self._tests


def load(path: Path, known: "Known | None" = None) -> Config:
    """Read, check and give the configuration; raise ConfigErrors with all that is wrong.

    `known` says what the devices that joined can do, for rules that ask more of them.
    """
    return _made(_File(path, _read(path), Folder(path.parent)), known)


def load_sparing(path: Path) -> Config:
    """Give the configuration to start with: rules with mistakes are left out, and named in it.

    So are passwords of cameras that cannot be read. A calendar that is gone must not leave a house
    without its alarm. Raises ConfigErrors with all
    that is wrong where a mistake stands elsewhere.
    """
    return _spared(_File(path, _read(path), Folder(path.parent)))


def again(source: Source) -> Config:
    """Give a configuration as it was kept; raise ConfigErrors where it does not hold today."""
    return _spared(_File(Path(source.path), Text(source.text), Remembered(source)))


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read."""

    path: Path
    text: Text
    beside: Beside


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was made of a file, and what was found."""

    config: Config | None
    compiled: "Compiled | None"
    wrong: list[Problem]
    odd: list[Problem]


def _spared(file: _File) -> Config:
    first = data = _parsed(file)
    left_out: tuple[ConfigError, ...] = ()
    while (judged := _judged(file, data, None)).wrong:
        left_out = left_out or located(file.path, file.text, first, judged.wrong)
        data, wrong = _shut_out(data, judged.wrong)
        places = {problem.path[:2] for problem in wrong}
        if not all(place[:1] in _SPARED for place in places):
            raise ConfigErrors(left_out)
        data = _without(data, places)
    return _held(file, data, judged).sparing(left_out)


def _shut_out(
    data: dict[str, object], wrong: Iterable[Problem]
) -> tuple[dict[str, object], list[Problem]]:
    """Keep the PIN of whom a window that is gone would let in out of the locks, and cameras that
    have no password out of their cameras; give the rest.

    Without it nobody knows when they may come in, and nobody else is to be left without an alarm.
    """
    data, rest = deepcopy(data), []
    cameras = cast("list[dict[str, object]]", data.get("camera"))
    gone: dict[int, set[int]] = {}
    for problem in wrong:
        match problem.path:
            case ("person", int(row), "unlock", int(place)):
                gone.setdefault(row, set()).add(place)
            case ("camera", int(row), "password_file"):
                # It will be refused, and that is a trouble; the house is to have its alarm.
                cameras[row].pop("password_file", None)
                cameras[row].pop("user", None)
            case _:
                rest.append(problem)
    people = cast("list[dict[str, list[str]]]", data.get("person"))
    for row, places in gone.items():
        named = people[row]["unlock"]
        left = [name for place, name in enumerate(named) if place not in places]
        people[row]["unlock"] = [*(name for name in left if name != NEVER), NEVER]
    return data, rest


_SPARED = {("rule",), ("calendar",), ("window",)}


def _without(data: dict[str, object], places: Iterable[KeyPath]) -> dict[str, object]:
    """Leave out the sections at these places; each time at least one, so this comes to an end."""
    left = dict(data)
    for name in {str(place[0]) for place in places}:
        table, bad = (
            data[name],
            {place[1] for place in places if place[:1] == (name,) and place[1:]},
        )
        if isinstance(table, list) and bad:
            left[name] = [one for index, one in enumerate(table) if index not in bad]
        else:
            del left[name]
    return left


def _parsed(file: _File) -> dict[str, object]:
    try:
        return syntax.parse(file.text)
    except syntax.NotToml as bad:
        found = [mark(file.path, file.text, problem) for problem in bad.problems]
        raise ConfigErrors(found) from None


def _made(file: _File, known: "Known | None") -> Config:
    data = _parsed(file)
    judged = _judged(file, data, known)
    if judged.wrong:
        warnings = located(file.path, file.text, data, judged.odd)
        raise ConfigErrors(located(file.path, file.text, data, judged.wrong), warnings)
    return _held(file, data, judged)


def _held(file: _File, data: dict[str, object], judged: _Judged) -> Config:
    config = judged.config
    assert config is not None  # noqa: S101 - nothing is wrong with it
    warnings = located(file.path, file.text, data, judged.odd)
    source = file.beside.source(file.path, file.text.content, config.codes.values())
    config.found_at(file.path, warnings, source)
    return config if judged.compiled is None else config.holding(judged.compiled)


def _judged(file: _File, data: dict[str, object], known: "Known | None") -> _Judged:
    wrong, odd = list(references.errors(data)), list(references.warnings(data))
    wrong += camera_references.errors(data)
    odd += camera_references.warnings(data)
    wrong += camera_references.files(data, file.beside)
    config = None
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        wrong += wording.problems(error)
    compiled = _compiled(file, config, data, wrong, known)
    if compiled is not None:
        wrong += compiled.errors
        odd += compiled.warnings
    return _Judged(config, compiled, wrong, odd)


def _compiled(
    read: _File,
    config: Config | None,
    data: dict[str, object],
    wrong: list[Problem],
    known: "Known | None",
) -> "Compiled | None":
    """Compile the rules, also those of a file with mistakes elsewhere; None where none can be."""
    if not any(data.get(*section) for section in _SPARED):
        return None
    # A file without rules must not pay for what compiles them.
    from gateway.config.rules import compile_rules  # noqa: PLC0415
    from gateway.config.salvage import salvaged  # noqa: PLC0415

    file: Sections | None = config if not wrong else salvaged(data, wrong)
    if file is None:
        return None
    return compile_rules(file, read.path, read.text, read.beside, known)


def _read(path: Path) -> Text:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ConfigErrors([_unreadable(path, error)]) from None
    if len(raw) > MAX_BYTES:
        found = f"a file of more than {MAX_BYTES} bytes"
        expected, hint = "a configuration", "look whether this is the right file"
        raise ConfigErrors([ConfigError(str(path), 0, 0, "", found, expected, hint)])
    try:
        # Some editors on Windows put a byte order mark first.
        return Text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigErrors(_not_utf8(path, raw)) from None


def _unreadable(path: Path, error: OSError | ValueError) -> ConfigError:
    match error:
        case FileNotFoundError():
            found, hint = "no such file", "name the file with --config, or copy config.example.toml"
        case IsADirectoryError():
            found, hint = "a folder", "name the file in it"
        case PermissionError():
            found, hint = "a file that may not be read", "look at its owner and its mode"
        case _:
            reason = getattr(error, "strerror", None) or "no usable path"
            found, hint = f"a file that cannot be read ({reason})", ""
    return ConfigError(str(path), 0, 0, "", found, "a configuration file", hint)


def _not_utf8(path: Path, raw: bytes) -> Iterator[ConfigError]:
    text = Text(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    lines = [number for number, line in enumerate(raw.split(b"\n"), 1) if not _is_utf8(line)]
    for number in lines[: syntax.MAX_ERRORS]:
        column = text.lines[number - 1].find("�") + 1
        problem = syntax.SyntaxProblem(
            number, column, "bytes that are no UTF-8", "text in UTF-8", "save the file as UTF-8"
        )
        yield mark(path, text, problem)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
