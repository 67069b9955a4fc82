"""A scenario file: what is understood, and what is said of a wrong one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config.load import load as load_config
from simulator.play.house import Radio
from simulator.play.parse import ScenarioError, load, parse, shipped
from simulator.play.scenario import (
    Act,
    Ask,
    Clips,
    Detection,
    Expectation,
    Job,
    Pause,
    Reload,
    Run,
    Scenario,
    Server,
    SetWall,
    Until,
)

HEAD = 'name = "a"\nabout = "b"\nhouse = "home"\n'


def read(steps: str) -> Scenario:
    return parse(HEAD + steps, Path("a.toml"))


def wrong(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as found:
        parse(text, Path("a.toml"))
    return str(found.value).splitlines()


def wrong_step(steps: str) -> list[str]:
    return wrong(HEAD + steps)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_is_understood_and_bears_its_files_name(name: str) -> None:
    scenario = load(name)

    assert scenario.name == name
    assert any(isinstance(step.deed, Expectation) for step in scenario.steps)


@pytest.mark.parametrize("name", [name for name in shipped() if load(name).rules])
def test_the_rules_of_a_shipped_scenario_hold(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    loaded = [step.deed.rules for step in scenario.steps if isinstance(step.deed, Reload)]
    hub = scenario.home.hub_file.read_text("utf-8").replace('"stick"', '"/dev/ttyUSB0"')

    for rules in (scenario.rules, *loaded):
        file = tmp_path / "hub.toml"
        for camera in scenario.home.of(Radio.CAMERA):
            password = tmp_path / f"{camera.name}.password"
            password.write_text(camera.password)
            password.chmod(0o600)
        file.write_text(f"{hub}\n{rules}", "utf-8")
        file.chmod(0o600)

        assert load_config(file).site().rules.rules


def test_each_kind_of_step_becomes_its_deed() -> None:
    scenario = read("""
[[step]]
hub = "arm"
mode = "away"
[[step]]
device = "front_door"
do = "open"
as = "opened"
[[step]]
wait = "1.5s"
after = "opened"
[[step]]
wait = "entry delay"
within = "1 min"
[[step]]
wait_phase = "alarm"
area = "house"
[[step]]
kill = "hub"
[[step]]
stick = "fault"
drop = 0.1
[[step]]
expect = "hall_siren sounds"
after = "opened"
not_before_ms = 10
within_ms = 20
[[step]]
expect_not = "hub says wrong code"
for = "500ms"
""")

    deeds = [step.deed for step in scenario.steps]

    assert deeds[:7] == [
        Ask("arm", {"mode": "away"}),
        Act("open", "front_door"),
        Pause(1500, "opened"),
        Until("entry", leaves=True, area="", within_ms=60_000),
        Until("alarm", leaves=False, area="house", within_ms=30_000),
        Run(Job.KILL),
        Act("fault", fields={"drop": 0.1}, radio=Radio.ZIGBEE),
    ]
    assert [str(deed) for deed in deeds[7:]] == ["hall_siren sounds", "not: hub says wrong code"]
    assert isinstance(deeds[8], Expectation)
    assert (deeds[8].within_ms, deeds[8].absent) == (500, True)
    assert scenario.steps[1].line == 8


def test_rules_their_reload_and_the_wall_clock_become_deeds() -> None:
    rule = '[[rule]]\nid = "lamp"\n'
    scenario = read(f"""rules = '''
{rule}'''
[[step]]
reload = '''
{rule.replace("lamp", "other")}'''
kept = ["lamp"]
cancelled = []
[[step]]
wall = "2027-10-31T02:29:57+02:00"
[[step]]
hub = "call"
rule = "other"
[[step]]
expect = "hub runs lamp"
""")

    assert scenario.rules == rule
    assert scenario.sets_wall
    assert [step.deed for step in scenario.steps[:3]] == [
        Reload(rule.replace("lamp", "other"), {"kept": ("lamp",), "cancelled": ()}),
        SetWall(datetime(2027, 10, 31, 0, 29, 57, tzinfo=UTC), "2027-10-31T02:29:57+02:00"),
        Ask("call", {"rule": "other"}),
    ]


def test_what_is_of_one_radio_becomes_a_deed_at_that_radio() -> None:
    scenario = parse(
        HEAD.replace('"home"', '"home_both"')
        + """outside = ["terrace_door"]
[[step]]
stick = "unplug"
[[step]]
stick = "gone"
radio = "zwave"
ms = 300
[[step]]
server = "kill"
[[step]]
hub = "pair"
radio = "zwave"
seconds = 60
[[step]]
hub = "join_key"
device = "terrace_door"
[[step]]
hub = "join_key"
pin = "00000"
[[step]]
device = "terrace_door"
do = "spoof"
hex = "7105000000ff061600"
[[step]]
device = "porch_keypad"
do = "press"
key = "enter"
[[step]]
expect = "zwave_stick connects"
[[step]]
expect = "porch_keypad hears code_accepted"
""",
        Path("a.toml"),
    )

    assert scenario.outside == {"terrace_door"}
    deeds = [step.deed for step in scenario.steps]
    assert deeds[:8] == [
        Act("unplug", radio=Radio.ZIGBEE),
        Act("gone", fields={"ms": 300}, radio=Radio.ZWAVE),
        Server("kill"),
        Ask("pair", {"seconds": 60, "radio": "zwave"}),
        Ask("join_key", {"device": "terrace_door"}),
        Ask("join_key", {"pin": "00000"}),
        Act("spoof", "terrace_door", {"hex": "7105000000ff061600"}),
        Act("press", "porch_keypad", {"key": "enter"}),
    ]
    assert str(deeds[5]) == "hub: join_key pin=****"


def test_an_expectation_says_two_seconds_where_nothing_else_is_said() -> None:
    steps = read('[[step]]\ndevice = "front_door"\ndo = "open"\n[[step]]\nexpect = "hub is entry"')

    deed = steps.steps[1].deed
    assert isinstance(deed, Expectation)
    assert (deed.not_before_ms, deed.within_ms, deed.after) == (0, 2000, "")


def test_a_code_is_never_shown() -> None:
    asked = read('[[step]]\nhub = "disarm"\ncode = "4711"').steps[0].deed
    pressed = read(
        '[[step]]\ndevice = "hall_keypad"\ndo = "press"\nkey = "disarm"\ncode = "4711"'
    ).steps[0]

    assert str(asked) == "hub: disarm code=****"
    assert str(pressed.deed) == "hall_keypad: press key=disarm code=****"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            'device = "frnt_door"\ndo = "open"',
            "a.toml:5: no device is called 'frnt_door'; did you mean 'front_door'?",
        ),
        (
            'device = "front_door"\ndo = "opne"',
            "a.toml:6: a contact cannot 'opne'; did you mean 'open'?",
        ),
        (
            'device = "front_door"\ndo = "battery"',
            "a.toml:4: 'battery' needs 'percent': a number, 0 or more",
        ),
        (
            'device = "front_door"\ndo = "open"\nhow = 3',
            "a.toml:7: 'open' has no key 'how'; expected one of: as, device, do",
        ),
        (
            'hub = "amr"',
            "a.toml:5: nobody can ask the hub to 'amr'; did you mean 'arm'?",
        ),
        (
            'hub = "arm"\nmode = "awway"',
            "a.toml:6: there is no mode 'awway'; did you mean 'away'?",
        ),
        (
            'hub = "arm"\nmode = "away"\nbypass = ["kitchn"]',
            "a.toml:7: there is no zone 'kitchn'; did you mean 'kitchen'?",
        ),
        (
            'hub = "disarm"\ncode = 4711',
            "a.toml:6: code: found 4711, expected digits as text",
        ),
        (
            'hub = "command"\ndevice = "x"\ncommand = "lock"',
            (
                "a.toml:6: there is no device 'x'; expected one of: back_door, cellar_climate, "
                "cellar_water, front_door, front_lock, garden_siren, hall_keypad, hall_motion, "
                "hall_siren, kitchen_smoke, kitchen_window, lamp_plug, living_motion"
            ),
        ),
        (
            'wait = "2 parsecs"',
            (
                "a.toml:5: wait: found '2 parsecs', expected a duration such as \"2s\", or one of: "
                "exit delay, entry delay, siren time"
            ),
        ),
        (
            'wait = "2s"\narea = "house"',
            "a.toml:6: waiting for 2s has no 'area'",
        ),
        (
            'wait = "exit delay"\narea = "hose"',
            "a.toml:6: there is no area 'hose'; did you mean 'house'?",
        ),
        (
            'kill = "me"',
            "a.toml:5: kill: found 'me', expected one of: hub",
        ),
        (
            'exspect = "hall_siren sounds"',
            "a.toml:4: the step has none of the keys that say what it is; did you mean 'expect'?",
        ),
        (
            'stick = "unplugg"',
            "a.toml:5: a stick cannot 'unplugg'; did you mean 'unplug'?",
        ),
        (
            'wait = "1s"\nafter = "opened"',
            (
                "a.toml:6: no step before this one is named 'opened'; "
                'name one with as = "…" in an earlier step'
            ),
        ),
        (
            'expect = "hall_siren sounds"',
            "a.toml:5: nothing was done yet that this could be expected after",
        ),
        (
            'expect = "hall_siren sounds"\nnot_before_ms = 3000\nwithin_ms = 100',
            "a.toml:6: not_before_ms is 3000, and within_ms only 100: nothing can be both",
        ),
        (
            'expect_not = "hall_siren sounds"',
            (
                "a.toml:4: 'expect_not' needs 'for': "
                'a duration such as "2s" or "500ms", at most 10min'
            ),
        ),
        (
            'expect = "hall_sirn sounds"',
            "a.toml:5: nobody is called 'hall_sirn'; did you mean 'hall_siren'?",
        ),
        (
            'expect = "hall_siren sonds"',
            "a.toml:5: hall_siren never 'sonds'; did you mean 'sounds'?",
        ),
        (
            'expect = "hall_siren"',
            "a.toml:5: hall_siren does what? expected one of: enrols, joins, leaves, sounds, stops",
        ),
        (
            'expect = "hall_siren sounds loudly"',
            "a.toml:5: nothing was expected after 'hall_siren sounds', found 'loudly'",
        ),
        (
            'expect = "hub is amred"',
            "a.toml:5: hub is what? found 'amred'; did you mean 'armed'?",
        ),
        (
            'reload = "[[rule]"',
            (
                "a.toml:5: the rules are not TOML: "
                "Expected ']]' at the end of an array declaration (at line 1, column 7)"
            ),
        ),
        (
            "reload = '''[[zone]]\nname = \"x\"'''",
            "a.toml:5: found 'zone', expected [[rule]] and [[calendar]] sections only",
        ),
        (
            'reload = ""\nrefused = "no"\nkept = []',
            "a.toml:6: what is refused has no plan: nothing is kept or cancelled",
        ),
        (
            'wall = "2027-10-31T02:29:57"',
            (
                "a.toml:5: wall: found '2027-10-31T02:29:57', "
                'expected a time with its offset, such as "2027-10-31T02:29:57+02:00"'
            ),
        ),
        (
            'hub = "call"\nrule = "lamp"',
            "a.toml:6: there is no rule 'lamp'",
        ),
        (
            'expect = "hub says"',
            "a.toml:5: hub says what? a text was expected",
        ),
    ],
)
def test_a_wrong_step_is_named_with_its_line_and_what_was_perhaps_meant(
    step: str, said: str
) -> None:
    assert wrong_step(f"[[step]]\n{step}") == [said]


@pytest.mark.parametrize(
    ("house", "step", "said"),
    [
        (
            "home",
            'server = "kill"',
            "a.toml:5: this house has no Z-Wave stick, and its hub no server",
        ),
        (
            "home",
            'stick = "unplug"\nradio = "zwave"',
            "a.toml:6: this house has no zwave stick; expected one of: zigbee",
        ),
        (
            "home",
            'device = "hall_keypad"\ndo = "press"\nkey = "enter"',
            (
                "a.toml:7: key: found 'enter', expected one of: disarm, arm_home, arm_away, panic, "
                "fire, emergency, arm_night, status"
            ),
        ),
        (
            "home",
            'device = "front_door"\ndo = "spoof"\nhex = "7105"',
            (
                "a.toml:6: a contact cannot 'spoof'; expected one of: battery, check_in, close, "
                "join, leave, mute, open, tamper, unmute, untamper"
            ),
        ),
        (
            "home",
            'detection = "kill"',
            "a.toml:5: this house has no cameras",
        ),
        (
            "home",
            'clips = ["yard"]',
            "a.toml:5: this house has no cameras",
        ),
        (
            "home_cameras",
            'clips = ["yrad"]',
            "a.toml:5: there is no camera 'yrad'; did you mean 'yard'?",
        ),
        (
            "home_cameras",
            "clips = []",
            "a.toml:5: clips: found [], expected a list of names, one at least",
        ),
        (
            "home_cameras",
            'clips = ["yard"]\nbegins_before = "tripped"',
            (
                "a.toml:6: no step before this one is named 'tripped'; "
                'name one with as = "…" in an earlier step'
            ),
        ),
        (
            "home_cameras",
            'device = "hall"\ndo = "ring"',
            (
                "a.toml:6: a camera cannot 'ring'; expected one of: animal, cover, fault, freeze, "
                "input, intrusion, line, motion, move, person, plug, reboot, rest, scene_change, "
                "show, spray, still, tamper, turn, unplug, untamper, vehicle"
            ),
        ),
        (
            "home_cameras",
            'expect = "hall sees a ghost"',
            (
                "a.toml:5: hall sees what? found 'a ghost'; "
                "expected one of: a person, a vehicle, an animal"
            ),
        ),
        (
            "home_cameras",
            'expect = "hall rings"',
            "a.toml:5: hall never 'rings'; expected one of: is, keeps, loses, sees",
        ),
        (
            "cabin",
            'stick = "reset"\ncode = 1',
            (
                "a.toml:5: a stick cannot 'reset'; "
                "expected one of: gone, jam, plug, rssi, unjam, unplug"
            ),
        ),
        (
            "cabin",
            'device = "cabin_door"\ndo = "spoof"\nhex = "710"',
            "a.toml:7: hex: found '710', expected bytes in hex",
        ),
        (
            "cabin",
            'hub = "join_key"',
            "a.toml:5: a key is given as 'pin', or is that of 'device'",
        ),
        (
            "cabin",
            'expect = "cabin_door enrols"',
            "a.toml:5: cabin_door never 'enrols'; expected one of: gets, joins, leaves",
        ),
    ],
)
def test_what_the_other_radio_has_is_not_this_ones(house: str, step: str, said: str) -> None:
    head = HEAD.replace('"home"', f'"{house}"')

    assert wrong(f"{head}[[step]]\n{step}") == [said]


def test_what_is_done_to_cameras_and_what_they_must_have_recorded_becomes_deeds() -> None:
    text = (
        HEAD.replace('"home"', '"home_cameras"')
        + """
[[step]]
device = "yard"
do = "ring"
as = "rang"
[[step]]
device = "hall"
do = "fault"
stream_stop = true
clock = -30
[[step]]
detection = "hang"
[[step]]
clips = ["yard", "hall"]
begins_before = "rang"
at_least_ms = 5000
skew_ms = 0
within = "9s"
"""
    )

    assert [step.deed for step in parse(text, Path("a.toml")).steps] == [
        Act("ring", "yard"),
        Act("fault", "hall", {"stream_stop": True, "clock": -30}),
        Detection("hang"),
        Clips(("yard", "hall"), 9000, begins_before="rang", at_least_ms=5000, skew_ms=0),
    ]


def test_a_device_that_is_to_stay_outside_is_one_of_the_house() -> None:
    said = wrong(f'{HEAD}outside = ["frnt_door"]\n[[step]]\nwait = "1s"')

    assert said == ["a.toml:4: no device is called 'frnt_door'; did you mean 'front_door'?"]


def test_all_that_is_wrong_is_named_at_once_in_the_files_order() -> None:
    said = wrong_step("""[[step]]
hub = "arm"
mode = "awayy"
as = "x"

[[step]]
device = "front_dor"
do = "open"

[[step]]
wait = "1s"
after = "y"
as = "x"
""")

    assert said == [
        "a.toml:6: there is no mode 'awayy'; did you mean 'away'?",
        "a.toml:10: no device is called 'front_dor'; did you mean 'front_door'?",
        "a.toml:15: no step before this one is named 'y'; expected one of: x",
        "a.toml:16: 'x' names the step of line 4 already",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "a.toml:1: not TOML: Invalid value"),
        ('name = "a"\nname = "b"', "a.toml:2: not TOML: Cannot overwrite a value"),
        (
            f'{HEAD.replace("home", "hoem")}[[step]]\nwait = "1s"',
            "a.toml:3: there is no house 'hoem'; did you mean 'home'?",
        ),
        (
            f'{HEAD}speed = 2\n[[step]]\nwait = "1s"',
            (
                "a.toml:4: a scenario has no key 'speed'; "
                "expected one of: about, house, name, outside, rules, step"
            ),
        ),
        (HEAD, "a.toml:1: a scenario needs 'step': steps as [[step]] tables"),
        (f"{HEAD}step = [3]", "a.toml:1: found 3, expected a [[step]] table"),
        (
            f"{HEAD}rules = 'rule = 3'\n[[step]]\nwait = '1s'",
            "a.toml:4: rules are written as [[rule]] sections",
        ),
        (
            f'{HEAD.replace('"b"', '""')}[[step]]\nwait = "1s"',
            "a.toml:2: about: found '', expected text",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_line(text: str, said: str) -> None:
    assert wrong(text) == [said]


def test_a_file_that_is_not_there_is_named_with_the_nearest_of_ours() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'break-in'\?"):
        load("brake-in")


def test_a_house_that_is_broken_is_named_with_the_scenarios_line(tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text("[stick]\n")
    scenario = tmp_path / "s.toml"
    scenario.write_text(HEAD.replace('"home"', '"h.toml"') + '[[step]]\nwait = "1s"')

    with pytest.raises(ScenarioError, match=r"s\.toml:3: the house 'h\.toml': .*eui64"):
        load(scenario)
