"""A picture in cells: luma shrunk to about 160 x 120 means, cheaply and without a library."""

import numpy as np
from numpy.typing import NDArray

from gateway.detection.plan import Polygon

COLUMNS, ROWS = 160, 120
PICKS_MOST = 4  # pixels of a cell's side that count: of a 4K picture every 18th row says enough

type Luma = NDArray[np.uint8]
type Cells = NDArray[np.float32]
type Flags = NDArray[np.bool_]


def block(height: int, width: int) -> tuple[int, int]:
    """Give the height and width of a cell, in pixels."""
    return max(1, height // ROWS), max(1, width // COLUMNS)


def shrink(luma: Luma) -> Cells:
    """Give the mean of each cell, 0..255. What is left over at the right and bottom is cut."""
    down, across = block(*luma.shape)
    rows, columns = luma.shape[0] // down, luma.shape[1] // across
    cut = luma[: rows * down, : columns * across]
    picked_rows, picked_columns = _picks(down), _picks(across)
    tall = np.zeros((rows, cut.shape[1]), np.uint16)
    for row in picked_rows:
        np.add(tall, cut[row::down], out=tall)
    total = np.zeros((rows, columns), np.uint16)
    for column in picked_columns:
        np.add(total, tall[:, column::across], out=total)
    return total * np.float32(1 / (len(picked_rows) * len(picked_columns)))


def shrink_flags(flags: Flags) -> Flags:
    """Give the cells of which any pixel is flagged."""
    down, across = block(*flags.shape)
    rows, columns = flags.shape[0] // down, flags.shape[1] // across
    cut = flags[: rows * down, : columns * across]
    return cut.reshape(rows, down, columns, across).any(axis=(1, 3))


def fill(polygon: Polygon, height: int, width: int) -> Flags:
    """Flag the pixels whose middle lies in a polygon (even-odd)."""
    across = (np.arange(width) + 0.5) / width
    down = (np.arange(height) + 0.5) / height
    inside = np.zeros((height, width), np.bool_)
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        rows = np.flatnonzero((y1 > down) != (y2 > down))
        if rows.size:
            meets = x1 + (down[rows] - y1) * (x2 - x1) / (y2 - y1)
            inside[rows] ^= across < meets[:, None]
    return inside


def window_sum[Kind: (np.uint8, np.float32)](values: NDArray[Kind], reach: int) -> NDArray[Kind]:
    """Give the sum about each cell, `reach` cells to each side; beyond the border there is none.

    It has the type of the values, and must fit into that.
    """
    rows, columns = values.shape
    framed = np.zeros((rows + 2 * reach, columns + 2 * reach), values.dtype)
    framed[reach : reach + rows, reach : reach + columns] = values
    return _run_sum(_run_sum(framed, 2 * reach + 1).T, 2 * reach + 1).T


def _run_sum[Kind: (np.uint8, np.float32)](values: NDArray[Kind], length: int) -> NDArray[Kind]:
    """Give the sums of each `length` rows that follow each other; it is odd."""
    count = len(values) - length + 1
    total, taken = values[:count], 1
    power, size = values, 1  # the sums of each `size` rows
    while taken < length:
        power, size = power[:-size] + power[size:], 2 * size
        if length & size:
            total = total + power[taken : taken + count]
            taken += size
    return total


def _picks(side: int) -> list[int]:
    count = min(side, PICKS_MOST)
    return [(2 * n + 1) * side // (2 * count) for n in range(count)]
