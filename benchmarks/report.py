"""What a part measured: figures with their floor and their target, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LATEST = Path(__file__).parent / "latest.json"
MICROSECONDS_PER_MILLISECOND = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. A target is a limit that the value must not go beyond."""

    name: str
    value: float
    unit: str
    floor: float | None = None  # what this machine needs at least, measured in the same run
    target: float | None = None
    at_least: bool = False  # the target is a lower limit

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def ratio(self) -> float | None:
        """How often the floor fits into the value."""
        return self.value / self.floor if self.floor else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of a number of samples."""

    p50: float
    p90: float
    p99: float
    most: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Give the percentiles of samples, of which there must be one at least."""
        return cls(*(percentile(samples, part) for part in (0.5, 0.9, 0.99, 1.0)))


def percentile(samples: Sequence[float], part: float) -> float:
    """Give the smallest sample that `part` of all samples do not exceed (nearest rank)."""
    if not samples:
        raise ValueError("there are no samples")
    rank = -(-round(len(samples) * part * 1e6) // 1_000_000)  # upwards, free of binary fractions
    return sorted(samples)[max(1, rank) - 1]


def spread(
    name: str,
    samples: Sequence[float],
    unit: str,
    floor: Spread | None = None,
    targets: Spread | None = None,
) -> list[Figure]:
    """Give the four figures of a spread. A target that is infinite is none."""
    found = Spread.of(samples)
    figures = []
    for label, field in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("max", "most")):
        target = getattr(targets, field, float("inf"))
        figures.append(
            Figure(
                f"{name} {label}",
                getattr(found, field),
                unit,
                getattr(floor, field, None),
                None if target == float("inf") else target,
            )
        )
    return figures


def as_json(figures: Sequence[Figure]) -> str:
    """Give the figures as they are kept."""
    rows = []
    for figure in figures:
        row = asdict(figure)
        del row["at_least"]
        rows.append({**row, "met": figure.met})
    return json.dumps(rows, indent=1) + "\n"


def keep(figures: Sequence[Figure], file: Path = LATEST) -> None:
    """Write the figures to a file."""
    file.write_text(as_json(figures), "utf-8")


def table(figures: Sequence[Figure]) -> str:
    """Give the figures as a table for people."""
    rows = [("what", "value", "unit", "floor", "x", "target", ""), *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(_line(row, widths) for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    return (
        figure.name,
        number(figure.value),
        figure.unit,
        number(figure.floor),
        number(figure.ratio),
        number(figure.target),
        verdict,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, value, unit, *rest = (
        cell.ljust(width) if column in (0, 2, 6) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((name, value, unit, *rest)).rstrip()


def number(value: float | None) -> str:
    """Write a number with three digits that count; a whole one as it is."""
    if value is None:
        return ""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"
