"""A model's labels, and which of them mean a class that is looked for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gateway.detection.detector.tensors import ModelRefused
from gateway.model.sight import Seen

WORDS = Path(__file__).with_name("data") / "words.toml"
MOST_LABELS = 10_000


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels in the order of the model's classes."""

    names: tuple[str, ...]
    meaning: Mapping[int, Seen]  # by class number; what is not in it is not looked for

    @property
    def columns(self) -> NDArray[np.intp]:
        """Give the numbers of the classes that are looked for."""
        return np.array(sorted(self.meaning), np.intp)


def read_labels(file: Path) -> Labels:
    """Read a file of labels: line N, counted from 0, names class N.

    Raises ModelRefused where it cannot be read, or names no person.
    """
    try:
        names = tuple(line.strip() for line in file.read_text("utf-8").rstrip().splitlines())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ModelRefused(f"the labels {file} cannot be read: {reason}") from error
    if len(names) > MOST_LABELS:
        raise ModelRefused(f"the labels {file} are {len(names)} lines, more than {MOST_LABELS}")
    labels = Labels(names, meaning(names))
    if Seen.PERSON not in labels.meaning.values():
        raise ModelRefused(f"the labels {file} name no person: nothing could be confirmed")
    return labels


def meaning(names: tuple[str, ...]) -> Mapping[int, Seen]:
    """Say what is looked for among labels, by their numbers."""
    words = _words()
    found = ((number, words.get(name.lower())) for number, name in enumerate(names))
    return {number: seen for number, seen in found if seen is not None}


@cache
def _words() -> Mapping[str, Seen]:
    table = tomllib.loads(WORDS.read_text("utf-8"))
    return {word: Seen(seen) for seen, words in table.items() for word in words}
