"""What becomes of units under arithmetic. None stands for numbers that do not go together."""

from rules.expression.kinds import Number


def common(left: Number, right: Number) -> Number | None:
    """Give what a sum, a comparison or a choice of both is of: their one unit."""
    if left.unit is not None and right.unit is not None and left.unit != right.unit:
        return None
    unit = right.unit if left.unit is None else left.unit
    return Number(whole=left.whole and right.whole, unit=unit)


def product(left: Number, right: Number) -> Number | None:
    """Give what a product is of: one of the two must be a plain count. We know no W * h."""
    if left.unit and right.unit:
        return None
    units = {left.unit, right.unit}
    unit = left.unit or right.unit or (None if units == {None} else "")
    return Number(whole=left.whole and right.whole, unit=unit)


def quotient(left: Number, right: Number) -> Number | None:
    """Give what a quotient is of: W / W is a count, W / 2 are W; we know no 1 / W."""
    if right.unit and left.unit != right.unit:
        return None
    whole = left.whole and right.whole
    if right.unit:
        return Number(whole, unit="")
    return Number(whole, unit=left.unit if left.unit or right.unit is None else "")


def remainder(left: Number, right: Number) -> Number | None:
    """Give what a remainder is of: ints of one unit."""
    both = common(left, right)
    return both if both and both.whole else None


ARITHMETIC = {
    "+": common, "-": common, "*": product, "/": quotient, "%": remainder
}  # fmt: skip
