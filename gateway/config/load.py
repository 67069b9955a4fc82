"""From a path to a configuration, or to everything that is wrong with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import PrivateAttr, ValidationError

from gateway.config import references, syntax, wording
from gateway.config.errors import ConfigError, ConfigErrors
from gateway.config.located import located, mark
from gateway.config.models import Sections
from gateway.config.site import compile_site
from gateway.config.text import Text
from rules.site import Site

MAX_BYTES = 1_000_000


class Config(Sections):
    """A configuration that holds: every key checked, every reference known."""

    _path: Path = PrivateAttr(default=Path())
    _warnings: tuple[ConfigError, ...] = PrivateAttr(default=())

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
    def codes(self) -> dict[str, str]:
        """Give the hash of everybody who has a code."""
        return {person.name: person.code for person in self.people if person.code is not None}

    def found_at(self, path: Path, warnings: tuple[ConfigError, ...]) -> Self:
        """Note where it came from; give itself."""
        self._path, self._warnings = path, warnings
        return self

    def site(self) -> Site:
        """Give what the rules are told."""
        return compile_site(self)


def load(path: Path) -> Config:
    """Read, check and give the configuration; raise ConfigErrors with all that is wrong."""
    text = _read(path)
    try:
        data = syntax.parse(text)
    except syntax.NotToml as bad:
        raise ConfigErrors(mark(path, text, problem) for problem in bad.problems) from None
    wrong = list(references.errors(data))
    warnings = located(path, text, data, references.warnings(data))
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        wrong += wording.problems(error)
    else:
        if not wrong:
            return config.found_at(path, warnings)
    raise ConfigErrors(located(path, text, data, wrong), warnings)


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
