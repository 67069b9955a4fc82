"""The language by tables: what expressions say, and what is said of those that are none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.expression import (
    BOOL,
    DURATION,
    FLOAT,
    INSTANT,
    INT,
    TEXT,
    ExpressionErrors,
    Type,
    Unknown,
    Value,
    Values,
    compile_text,
    parse,
    text,
)
from rules.expression.parser import LENGTH_MAX, NESTING_MAX, OPERATORS_MAX
from tests.rules.expression.small import CELSIUS, CONTACT, MODE, PERCENT, SCOPE

MODE_PATH = ("area", "house", "mode")
CONTACT_PATH = ("device", "door", "contact")
AWAY: Values = {MODE_PATH: "away", CONTACT_PATH: "open"}
NOBODY: Values = {}


def evaluated(written: str, known: Values, expect: Type = BOOL) -> Value | None:
    """Give what an expression says, None for unknown."""
    value = compile_text(written, SCOPE, expect).evaluate(known)
    return None if isinstance(value, Unknown) else value


@pytest.mark.parametrize(
    ("written", "expect", "said"),
    [
        ("1 + 2 * 3", INT, 7),
        ("(1 + 2) * 3", INT, 9),
        ("7 / 2", INT, 3),
        ("-7 / 2", INT, -3),
        ("-7 % 3", INT, -1),
        ("7.0 / 2.0", FLOAT, 3.5),
        ("7 / 2.0", FLOAT, 3.5),
        ("0x1F", INT, 31),
        ("000000000000000000000000000000007", INT, 7),
        ("1.5e3", FLOAT, 1500.0),
        ("--5", INT, 5),
        ("-9223372036854775808", INT, -(2**63)),
        ("1 < 2 == true", BOOL, True),
        ("1 < 1.5", BOOL, True),
        ("2 in [1, 2]", BOOL, True),
        ("2 in []", BOOL, False),
        ("true ? 1 : false ? 2 : 3", INT, 1),
        ("min(3, 1, 2)", INT, 1),
        ('max(duration("1m"), duration("61s"))', DURATION, timedelta(seconds=61)),
        ('size("Tür")', INT, 3),
        ("\"ab\" + 'c'", TEXT, "abc"),
        ('"back door".endsWith("door")', BOOL, True),
        (r'"\u00b0\x41\101\n\""', TEXT, '°AA\n"'),
        ('duration("1h30m")', DURATION, timedelta(minutes=90)),
        ('duration("-1.5s") + duration("250ms")', DURATION, timedelta(milliseconds=-1250)),
        ('timestamp("2026-12-01T22:00:00+01:00")', INSTANT, datetime(2026, 12, 1, 21, tzinfo=UTC)),
        ('["a", "b"].exists(x, x == "b") && ["a"].all(x, x != "b")', BOOL, True),
        ("[1, 2, 3].all(x, [1, 2, 3].exists(y, x == y))", BOOL, True),
    ],
)
def test_what_needs_no_house_says_what_it_says(written: str, expect: Type, said: Value) -> None:
    value = evaluated(written, NOBODY, expect)

    assert value == said
    assert type(value) is type(said)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1 / 0 == 1", "division by zero"),
        ("1 % 0 == 1", "division by zero"),
        ("1.0 / 0.0 > 1.0", "a float divided by zero"),
        ("9223372036854775807 + 1 > 0", "overflow of an int"),
        ("-(-9223372036854775808) > 0", "overflow of an int"),
        ("-9223372036854775808 / -1 > 0", "overflow of an int"),
        ("-9223372036854775808 % -1 == 0", "overflow of an int"),
        ("1e308 * 10.0 > 0.0", "overflow of a float"),
        ('timestamp("9999-12-31T23:59:59Z") + duration("1s") > house.now', "overflow of a time"),
        ('duration("2562047h") + duration("1h") > duration("0s")', "overflow of a duration"),
        ("house.people == 1", "house.people is not known"),
    ],
)
def test_what_has_no_answer_is_unknown_and_says_why(written: str, reason: str) -> None:
    assert compile_text(written, SCOPE).evaluate(NOBODY) == Unknown(reason)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sun.is_day && false", False),
        ("false && sun.is_day", False),
        ("sun.is_day && true", None),
        ("sun.is_day || true", True),
        ("true || sun.is_day", True),
        ("sun.is_day || false", None),
        ("!sun.is_day", None),
        ("sun.is_day == sun.is_day", None),
        ("sun.is_day ? true : true", None),
        ("true ? true : sun.is_day", True),
        ("has(sun.is_day)", False),
        ("house.people in [1, 2]", None),
        ("1 in [1, house.people]", None),
        ("house.zones.exists(z, z.tripped)", None),
    ],
)
def test_unknown_decides_nothing_that_is_not_decided_without_it(
    written: str,
    said: bool | None,  # noqa: FBT001  # a column of the table
) -> None:
    assert evaluated(written, NOBODY) is said


def test_one_zone_of_which_nothing_is_known_leaves_the_question_open() -> None:
    zones = {"tripped": False}, {"bypassed": True}
    tripped = {"tripped": True}
    asked = "house.zones.exists(z, z.tripped)"

    assert evaluated(asked, {("house", "zones"): zones}) is None
    assert evaluated(asked, {("house", "zones"): (*zones, tripped)}) is True
    assert evaluated("house.zones.all(z, has(z.tripped))", {("house", "zones"): zones}) is False
    assert evaluated(asked, {("house", "zones"): ()}) is False


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        (CONTACT_PATH, "ajar", 'device.door.contact != "open"'),
        (CONTACT_PATH, "unknown", 'device.door.contact != "open"'),
        (("device", "thermometer", "temperature"), float("nan"), CELSIUS),
        (("device", "door", "battery"), 2**63, PERCENT),
        (("device", "door", "battery"), True, PERCENT),
        (("sun", "is_day"), 1, BOOL),
        (("house", "now"), datetime(2026, 1, 1), INSTANT),  # noqa: DTZ001  # that is the point
        (("house", "open"), ("front", 1), "size(house.open) == 2"),
    ],
)
def test_a_value_that_cannot_be_is_unknown(
    path: tuple[str, ...], value: Value, written: str | Type
) -> None:
    expect = BOOL if isinstance(written, str) else written
    asked = written if isinstance(written, str) else ".".join(path)

    assert evaluated(asked, {path: value}, expect) is None


def test_an_int_told_for_a_float_is_a_float() -> None:
    known: Values = {("house", "factor"): 7}

    assert evaluated("house.factor / 2", known, FLOAT) == 3.5


def test_an_hour_is_an_hour_also_where_clocks_are_put_back() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    after = before.replace(fold=1)
    known: Values = {("house", "armed_at"): before, ("house", "now"): after}

    assert evaluated("house.now - house.armed_at", known, DURATION) == timedelta(hours=1)


def test_a_set_is_walked_in_one_order_in_every_run() -> None:
    known: Values = {("house", "open"): frozenset({"c", "a", "b"})}
    trace = compile_text('house.open.exists(x, x == "z")', SCOPE).explain(known)

    assert [part.parts[0].value for part in trace.parts[1:]] == ["a", "b", "c"]


SQUARE = "device.washer.power * device.washer.power"
FAULTS = [
    ('area.house.mode == "awya"', '"awya"', "did you mean away?"),
    ('area.house.mode == "unknown"', '"unknown"', "has(path) says whether it is known"),
    ('area.house.mode in ["away", "hom"]', '"hom"', "did you mean home?"),
    ('"opn" == device.door.contact', '"opn"', "did you mean open?"),
    ('(sun.is_day ? "away" : "day") == area.house.mode', '"day"', ""),
    ("area.house.mod", "area.house.mod", "did you mean area.house.mode?"),
    ("house.zones.exists(z, z.triped)", "z.triped", "did you mean z.tripped?"),
    ("area.house.mode == device.door.contact", "device.door.contact", ""),
    ("device.washer.power > house.factor", "house.factor", ""),
    ("device.washer.power > device.freezer.temperature", "device.freezer.temperature", ""),
    ("device.door.battery < 120", "120", ""),
    ("device.door.battery > -1", "-1", ""),
    ("device.thermometer.temperature < -300", "-300", ""),
    (f"{SQUARE} > 1", SQUARE, ""),
    ("1 / device.washer.power > 1", "1 / device.washer.power", ""),
    ("1 < 2 < 3", "1 < 2", "write low < x && x < high"),
    ("1 && true", "1", ""),
    ("!1", "1", ""),
    ("-true == 1", "true", ""),
    ('1 + "a" == 2', '1 + "a"', ""),
    ("min(1, 2.0) == 1", "2.0", "write a float with its point: 2.0"),
    ("siz(house.open) == 1", "siz(house.open)", "did you mean size?"),
    ('"a".startWith("a")', '"a".startWith("a")', "did you mean startsWith?"),
    ("size(1) == 1", "1", ""),
    ("has(1)", "1", ""),
    ("has()", "has()", ""),
    ("1 in 2", "2", ""),
    ("house.open == house.open", "house.open == house.open", ""),
    ("house.zones.exists(z, z == z)", "z == z", ""),
    ("house.people.exists(x, true)", "house.people", ""),
    ("1 + 1", "1 + 1", ""),
    ('duration("3x") > duration("1s")', '"3x"', ""),
    ('duration("2562048h") > duration("1s")', '"2562048h"', ""),
    ('timestamp("2026-02-30T00:00:00Z") > house.now', '"2026-02-30T00:00:00Z"', ""),
    ('timestamp("2026-02-03T00:00:00") > house.now', '"2026-02-03T00:00:00"', ""),
    ("device.door.open_for > 30s", "s", 'write duration("30s")'),
    ("sun.is_day and house.empty", "and", "did you mean &&?"),
    ("sun.is_day = house.empty", "=", "did you mean ==?"),
    ('house.name == "front', '"', ""),
    (r'house.name == "\q"', r'"\q"', ""),
    (r'house.name == "\ud800"', r'"\ud800"', ""),
    ("house.people == --9223372036854775808", "9223372036854775808", ""),
    ("house.people == 9223372036854775808", "9223372036854775808", ""),
    ("house.factor == 1e999", "1e999", ""),
    ("(sun.is_day", "", ""),
    ("", "", ""),
    ("sun.is_day house.empty", "house", ""),
    ("size(house.open).x", "x", ""),
    ("area.in.mode", "in", ""),
    ("null == null", "null", ""),
]


@pytest.mark.parametrize(("written", "where", "hint"), FAULTS)
def test_a_fault_is_shown_where_it_is(written: str, where: str, hint: str) -> None:
    with pytest.raises(ExpressionErrors) as caught:
        compile_text(written, SCOPE)
    [error] = caught.value.errors

    assert written[error.offset : error.offset + error.length] == where
    assert error.hint.startswith(hint)


def test_all_faults_are_told_at_once_each_with_its_carets() -> None:
    with pytest.raises(ExpressionErrors) as caught:
        compile_text('area.house.mode == "awya"\n  && device.dor.contact == "open"', SCOPE)

    assert str(caught.value) == (
        'found "awya", expected one of "away", "home", "night"; did you mean away?\n'
        '  area.house.mode == "awya"\n'
        "                     ^^^^^^\n"
        "found device.dor.contact, expected a path that there is; "
        "did you mean device.door.contact?\n"
        '    && device.dor.contact == "open"\n'
        "       ^^^^^^^^^^^^^^^^^^"
    )


@pytest.mark.parametrize(
    "written",
    [
        "(" * (NESTING_MAX + 1) + "true" + ")" * (NESTING_MAX + 1),
        "!" * (OPERATORS_MAX + 1) + "true",
        "1" + " + 1" * (OPERATORS_MAX + 1) + " == 0",
        "true" + " " * LENGTH_MAX,
        "9" * 3900 + " == 1",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused(written: str) -> None:
    with pytest.raises(ExpressionErrors):
        compile_text(written, SCOPE)


@pytest.mark.parametrize(
    "written",
    [
        "(" * (NESTING_MAX - 1) + "true" + ")" * (NESTING_MAX - 1),
        "!" * OPERATORS_MAX + "true",
        "1" + " + 1" * (OPERATORS_MAX - 1) + " == 0",
        "sun.is_day" + " && sun.is_day" * (OPERATORS_MAX - 1),
    ],
)
def test_what_is_just_short_enough_is_an_expression(written: str) -> None:
    compiled = compile_text(written, SCOPE)

    compiled.explain({("sun", "is_day"): True})
    assert parse(text(compiled.node)) == compiled.node


def test_the_footprint_is_what_is_read_of_the_house() -> None:
    written = 'house.zones.exists(z, z.tripped && sun.is_day) || area.house.mode == "away"'

    assert compile_text(written, SCOPE).footprint == {
        ("house", "zones"),
        ("sun", "is_day"),
        ("area", "house", "mode"),
    }


def test_a_name_that_is_no_word_stands_in_brackets() -> None:
    written = 'zone["front-door"].contact["in"]'

    assert text(parse(written)) == written


def test_an_expression_may_be_of_any_type_that_is_asked_for() -> None:
    assert compile_text('sun.is_day ? "away" : "night"', SCOPE, MODE).kind == MODE
    with pytest.raises(ExpressionErrors):
        compile_text('sun.is_day ? "away" : "open"', SCOPE, CONTACT)
    with pytest.raises(ExpressionErrors):
        compile_text("device.washer.power", SCOPE, CELSIUS)
    assert evaluated("21", NOBODY, CELSIUS) == 21
