"""What `[[camera]]`, `[area.confirm]`, `[detector]` and `[evidence]` come to."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config import ConfigErrors, load
from gateway.config.load import Config, again, load_sparing
from gateway.detection.plan import CameraPlan, DetectorPlan, EvidencePlan, LinePlan, ZonePlan
from gateway.model.device import DeviceId
from gateway.model.sight import Seen
from rules.site import Confirm, Otherwise

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
YARD, HALL = DeviceId("onvif:yard/0"), DeviceId("onvif:hall/0")
CAMERA = '[[camera]]\nname = "yard"\nrtsp = "rtsp://192.168.1.31/1"\n'
SECRET = "s3cr3t-word"


def written(folder: Path, text: str) -> Path:
    """Write a configuration with this text after [site]."""
    file = folder / "nightlatch.toml"
    file.write_text(f'[site]\nname = "x"\n{text}')
    return file


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Give the example, with the password's file beside it."""
    password = tmp_path / "yard.password"
    password.write_text(f"{SECRET}\n")
    password.chmod(0o600)
    file = tmp_path / "nightlatch.toml"
    file.write_text((EXAMPLES / "cameras.toml").read_text("utf-8"))
    return file


def test_the_example_has_nothing_wrong_and_nothing_to_warn_of(example: Path) -> None:
    assert load(example).warnings == ()


def test_a_camera_is_a_device_of_its_own_name(example: Path) -> None:
    site = load(example).site()

    assert site.names[YARD] == "yard"
    assert site.areas["house"].cameras == (YARD, HALL)
    assert site.areas["house"].films == (YARD, HALL)
    porch = site.zones["porch"]
    assert (porch.device, porch.sees, porch.places) == (
        YARD,
        frozenset({Seen.PERSON}),
        frozenset({"porch"}),
    )


def test_confirmation_is_compiled_as_it_is_written(example: Path) -> None:
    assert load(example).site().areas["house"].confirm == Confirm(
        zones=frozenset({"hall_motion"}),
        cameras=(HALL,),
        by_zones=frozenset({"front_door"}),
        within=timedelta(seconds=2),
        otherwise=Otherwise.ALARM,
    )


def test_left_out_the_motion_zones_wait_for_the_cameras_of_the_area(example: Path) -> None:
    before, _, rest = example.read_text("utf-8").partition("[area.confirm]\n")
    _, zone, after = rest.partition("[[zone]]")
    example.write_text(f"{before}[area.confirm]\n{zone}{after}")

    confirm = load(example).site().areas["house"].confirm

    assert confirm == Confirm(frozenset({"hall_motion"}), (YARD, HALL))


def test_every_key_reaches_the_detection(example: Path) -> None:
    config = load(example)
    plan = config.plan()
    assert plan is not None

    yard, hall = plan.cameras
    assert yard.zones[0] == ZonePlan(
        "porch",
        ((0.1, 0.6), (0.5, 0.6), (0.5, 1.0), (0.1, 1.0)),
        frozenset({Seen.PERSON}),
        30.0,
    )
    both = frozenset({Seen.PERSON, Seen.VEHICLE})
    assert yard.lines == (LinePlan("gate", (0.2, 0.9), (0.8, 0.9), both),)
    assert yard.masks == (((0.8, 0.0), (1.0, 0.0), (1.0, 0.3), (0.8, 0.3)),)
    assert (yard.before_seconds, yard.record) == (10.0, True)
    assert hall == CameraPlan(HALL, "hall")
    key = example.parent / "state" / "evidence.key"
    assert plan.evidence == EvidencePlan(Path("/srv/evidence"), key, 7.0, 365.0, 0.3)
    first, second = plan.detector.model, plan.detector.second
    assert first is not None
    assert second is not None
    assert (first.file, first.decoder) == (example.parent / "models" / "yolox_tiny.onnx", "yolo")
    assert (first.labels, first.score) == (example.parent / "models" / "coco.txt", 0.4)
    assert (second.decoder, second.score) == ("nanodet", 0.35)
    assert plan.detector.votes == (2, 3)


def test_without_more_the_model_is_the_one_that_comes_with_it(tmp_path: Path) -> None:
    plan = load(written(tmp_path, CAMERA)).plan()
    assert plan is not None

    assert plan.detector == DetectorPlan()
    state = tmp_path / "state"
    assert plan.evidence == EvidencePlan(state / "evidence", state / "evidence.key")


def test_without_a_camera_there_is_nothing_to_detect(tmp_path: Path) -> None:
    config = load(written(tmp_path, ""))

    assert config.plan() is None
    assert config.radios == ()


def test_a_camera_that_does_not_record_only_looks(tmp_path: Path) -> None:
    area = '[[area]]\nname = "house"\n'
    site = load(written(tmp_path, f'{CAMERA}area = "house"\nrecord = false\n{area}')).site()

    assert site.areas["house"].cameras == (YARD,)
    assert site.areas["house"].films == ()


# -- passwords -------------------------------------------------------------------------------------


def test_a_password_file_that_others_may_read_is_refused(example: Path) -> None:
    (example.parent / "yard.password").chmod(0o640)

    with pytest.raises(ConfigErrors, match=r"a file of mode 0640; expected a file that only its"):
        load(example)


@pytest.mark.parametrize("content", [b"", b"\nword\n", b"\xff\xfe\x00"])
def test_a_password_file_without_a_password_is_refused(example: Path, content: bytes) -> None:
    (example.parent / "yard.password").write_bytes(content)

    with pytest.raises(ConfigErrors, match=r"a file whose first line is no text"):
        load(example)


def test_the_hint_names_the_file_where_it_lies(example: Path) -> None:
    file = example.parent / "yard.password"
    file.chmod(0o644)

    with pytest.raises(ConfigErrors) as refused:
        load(example)

    assert refused.value.errors[0].hint == f"chmod 600 {file}"


@pytest.mark.parametrize("value", [f'"{SECRET}"', f"'''{SECRET}'''", "4711471147", f"['{SECRET}']"])
def test_a_password_in_the_place_of_its_file_is_never_shown_nor_kept(
    tmp_path: Path, value: str
) -> None:
    file = written(tmp_path, f'{CAMERA}user = "hub"\npassword_file = {value}\n')

    with pytest.raises(ConfigErrors) as refused:
        load(file)

    said = f"{refused.value}{[error.as_dict() for error in refused.value.errors]}"
    assert SECRET not in said
    assert "4711471147" not in said
    if value.strip("\"'") == SECRET:
        spared = load_sparing(file)
        assert SECRET not in f"{spared.left_out}{spared.source}"


def test_a_hub_that_starts_guards_the_house_without_the_password(example: Path) -> None:
    (example.parent / "yard.password").unlink()

    config = load_sparing(example)

    assert [error.found for error in config.left_out] == ["a file that is not there"]
    assert config.left_out[0].camera == "yard"
    assert config.password_file("yard") is None
    assert YARD in config.site().names


def test_the_file_of_the_password_is_known_and_its_content_nowhere_kept(example: Path) -> None:
    config = load(example)

    assert config.password_file("yard") == example.parent / "yard.password"
    assert config.password_file("hall") is None
    assert SECRET not in repr(config.source)
    assert SECRET not in repr(config)


def test_what_was_kept_is_made_again_though_the_password_is_gone(example: Path) -> None:
    config = load(example)
    (example.parent / "yard.password").unlink()

    made: Config = again(config.source)

    assert made.left_out == ()
    assert made.site() == config.site()


def test_no_password_in_an_address_is_ever_shown(tmp_path: Path) -> None:
    camera = f'[[camera]]\nname = "yard"\nrtsp = "rtsp://admin:{SECRET}@192.168.1.31/1"\n'
    host = f'[[camera]]\nname = "hall"\naddress = "admin:{SECRET}@192.168.1.31"\n'

    with pytest.raises(ConfigErrors) as refused:
        load(written(tmp_path, camera + host))

    assert len(refused.value.errors) == 2
    assert SECRET not in str(refused.value)
    assert SECRET not in repr([error.as_dict() for error in refused.value.errors])


# -- what can never work, and what is probably not meant ------------------------------------------

AREA = '[[area]]\nname = "house"\n[area.modes.away]\nexit_delay = "0s"\nentry_delay = "0s"\n'
SEES = '[[zone]]\nname = "{0}"\narea = "house"\ndevice = "yard"\nreading = "camera"\n'
OWN_WITNESS = (
    '[area.confirm]\nzones = ["porch"]\nby = ["yard"]\n'
    f'{SEES.format("porch")}kind = "instant"\nmodes = ["away"]\n'
)
AIMED = '[[rule]]\nid = "a"\nwhen = { at = "12:00" }\ndo = [{ aim = "yard", preset = "gate" }]\n'
ALL = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
LEFT, RIGHT = "[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]", "[[0.5, 0], [1, 0], [1, 1], [0.5, 1]]"


def one_zone(shape: str) -> str:
    return f'zones = [{{ name = "porch", shape = {shape} }}]\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{CAMERA}masks = [{ALL}]\n", "masks over the whole picture"),
        (f"{CAMERA}masks = [{LEFT}, {RIGHT}]\n", "masks over the whole picture"),
        (f"{CAMERA}masks = [{LEFT}]\n{one_zone('[[0.1, 0.1], [0.4, 0.1], [0.2, 0.9]]')}", "masks"),
        (
            f'{CAMERA}lines = [{{ name = "g", from = [0.5, 0.5], to = [0.5, 0.5] }}]\n',
            "a line of no length",
        ),
        (
            f"{CAMERA}{AREA}{OWN_WITNESS}",
            '"yard", whose own sight it is to confirm',
        ),
        (
            f"{CAMERA}{AIMED}",
            "a stream without ONVIF",
        ),
        *(
            (f'[[camera]]\nname = "yard"\naddress = "{address}"\n', f'"{address}"')
            for address in ("192.168.1.300", "-oProxy", "urn:uuid:", "[::g]", "a..b")
        ),
    ],
)
def test_what_can_never_work_is_a_mistake(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(ConfigErrors) as refused:
        load(written(tmp_path, text))

    (error,) = refused.value.errors
    assert found in error.found


@pytest.mark.parametrize(
    "address", ["192.168.1.30", "yard.lan:8080", "yard_2", "[fe80::1]:80", "urn:uuid:1419d68a-1dd2"]
)
def test_an_address_is_a_host_or_a_name_to_look_for(tmp_path: Path, address: str) -> None:
    config = load(written(tmp_path, f'[[camera]]\nname = "yard"\naddress = "{address}"\n'))
    assert config.cameras[0].address == address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CAMERA + CAMERA.replace("yard", "hall"), "the address of yard"),
        (f"{CAMERA}[evidence]\nalarm_days = 7\ndays = 30\n", "a shorter time than for the rest"),
        (CAMERA.replace("/1", f"/1?user=a&password={SECRET}"), "a password in the address"),
        (CAMERA.replace("/1", f"/user=a_pwd={SECRET}_1"), "a password in the address"),
    ],
)
def test_what_works_and_is_hardly_meant_is_warned_of(tmp_path: Path, text: str, found: str) -> None:
    (warning,) = load(written(tmp_path, text)).warnings

    assert found in warning.found
    assert SECRET not in f"{warning}{warning.as_dict()}"


def test_a_part_that_masks_leave_free_is_watched(tmp_path: Path) -> None:
    free = one_zone("[[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]")
    assert load(written(tmp_path, f"{CAMERA}masks = [{LEFT}]\n{free}")).warnings == ()


def test_a_class_that_there_is_not_is_one_mistake(tmp_path: Path) -> None:
    watched = one_zone(ALL).replace("shape", 'classes = ["persons"], shape')
    zone = f'{SEES.format("p")}in = ["porch"]\nkind = "instant"\nmodes = ["away"]\n'

    with pytest.raises(ConfigErrors) as refused:
        load(written(tmp_path, f"{CAMERA}{watched}{AREA}{zone}"))

    assert [error.found for error in refused.value.errors] == ['"persons"']


def test_a_score_out_of_its_range_is_told_the_range(tmp_path: Path) -> None:
    detector = "[detector]\nvotes = [2, 11]\nsecond = {{ score = {} }}\n"
    for score, expected in ((7, "less than 1"), (0, "more than 0")):
        with pytest.raises(ConfigErrors) as refused:
            load(written(tmp_path, CAMERA + detector.format(score)))
        assert {expected, "10 or less"} <= {error.expected for error in refused.value.errors}
