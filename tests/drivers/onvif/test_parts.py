"""The small pure parts: profiles, addresses, names, pauses, discovery, what is never logged."""

import asyncio
import errno
import logging
import socket
from contextlib import nullcontext

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onvif import ONVIFError  # type: ignore[import-untyped]  # it has none

from drivers.onvif import CameraSettings, OnvifSettings, Timing, discovery
from drivers.onvif.client import Client, why
from drivers.onvif.discovery import Nearby
from drivers.onvif.faults import Stranger, Unreachable
from drivers.onvif.link import About, connected
from drivers.onvif.names import camera_of, name_of, part_of
from drivers.onvif.pauses import SPREAD, Backoff, Grace, by_chance
from drivers.onvif.profiles import Choice, Profile, choose
from drivers.onvif.redact import HIDDEN, TEXT_MOST, Redacting, hide, with_login
from drivers.onvif.settings import host_of
from drivers.onvif.whereabouts import Whereabouts
from gateway.model.credential import Code

MAIN = Profile("p1", "main", "lens1", "H264", 1920, 1080)
SUB = Profile("p2", "sub", "lens1", "H264", 640, 360)
TINY = Profile("p3", "tiny", "lens1", "H264", 160, 90)
STILLS = Profile("p4", "stills", "lens1", "JPEG", 2560, 1440)
OTHER = Profile("p5", "second lens", "lens2", "H264", 3840, 2160)


# Profiles


@pytest.mark.parametrize(
    ("offered", "choice"),
    [
        ([], None),
        ([Profile("")], None),
        ([MAIN], Choice(MAIN)),
        ([MAIN, SUB], Choice(MAIN, SUB)),
        ([SUB, MAIN], Choice(MAIN, SUB)),
        ([MAIN, TINY], Choice(MAIN)),
        ([MAIN, SUB, TINY, STILLS, OTHER], Choice(MAIN, SUB)),
        ([STILLS], Choice(STILLS)),
        ([MAIN, Profile("p6", "", "lens2", "H264", 640, 360)], Choice(MAIN)),
        ([MAIN, Profile("p7", "", "lens1", "H264", 1920, 1080)], Choice(MAIN)),
        ([Profile("a"), Profile("b")], Choice(Profile("a"))),
    ],
)
def test_the_largest_is_kept_and_the_smallest_that_shows_a_person_is_looked_at(
    offered: list[Profile], choice: Choice | None
) -> None:
    assert choose(offered) == choice


# Addresses and what is never logged


def test_a_login_is_quoted_and_takes_the_place_of_another() -> None:
    assert with_login("rtsp://192.0.2.1/a", "ä b", "p:w@/") == (
        "rtsp://%C3%A4%20b:p%3Aw%40%2F@192.0.2.1/a"
    )
    assert with_login("rtsp://old:er@[::1]:554/a?b", "u", "") == "rtsp://u@[::1]:554/a?b"
    assert with_login("rtsp://old:er@192.0.2.1/a", "", "") == "rtsp://192.0.2.1/a"


secrets = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=4, max_size=12)


@given(secrets, secrets)
def test_a_password_never_shows_in_an_address(user: str, password: str) -> None:
    url = with_login("rtsp://192.0.2.1:554/stream", user, password)

    assert (
        hide(f"cannot open {url}: refused")
        == f"cannot open rtsp://{HIDDEN}@192.0.2.1:554/stream: refused"
    )


@given(
    st.text(max_size=20), st.text("abcdefgh%&+/ö", min_size=5, max_size=12), st.text(max_size=20)
)
def test_a_known_secret_never_shows(before: str, secret: str, after: str) -> None:
    assert secret not in hide(f"{before}{secret}{after}", (secret,)).replace(HIDDEN, "")


def test_a_password_in_a_query_and_a_whole_page_are_not_logged() -> None:
    assert hide("GET /snap?user=anna&password=geheim&x=1") == (
        f"GET /snap?user={HIDDEN}&password={HIDDEN}&x=1"
    )
    assert len(hide("x" * 5000)) == TEXT_MOST + 1


def test_the_library_s_lines_are_cleaned_and_its_details_dropped() -> None:
    filtering = Redacting(lambda: ["geheim"])

    def passed(level: int, text: str) -> str | None:
        record = logging.LogRecord("onvif", level, "", 0, text, (), None)
        return record.getMessage() if filtering.filter(record) else None

    assert (
        passed(logging.WARNING, "no geheim at rtsp://a:b@c/")
        == f"no {HIDDEN} at rtsp://{HIDDEN}@c/"
    )
    assert passed(logging.DEBUG, "<wsse:Password>...") is None


def test_settings_show_no_password_and_are_checked() -> None:
    camera = CameraSettings("yard", "192.0.2.1", "anna", Code("geheim"))
    assert "geheim" not in repr(OnvifSettings((camera,)))
    with pytest.raises(ValueError, match="either"):
        CameraSettings("yard")
    with pytest.raises(ValueError, match="one name"):
        OnvifSettings((camera, camera))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 80)),
        ("yard.lan:8080", ("yard.lan", 8080)),
        ("[2001:db8::1]:8000", ("2001:db8::1", 8000)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, place: tuple[str, int]) -> None:
    assert host_of(address) == place


@pytest.mark.parametrize(
    ("token", "part"),
    [
        ("AlarmIn_2", "2"),
        ("input1", "1"),
        ("0", "0"),
        ("relay", "1"),
        ("a12b", "12"),
        ("", "1"),
        ("c2_in7", "7"),
    ],
)
def test_a_contact_is_called_by_the_number_of_its_token(token: str, part: str) -> None:
    assert part_of("yard", "input", token) == f"onvif:yard/input{part}"


def test_a_device_knows_its_camera() -> None:
    assert name_of(camera_of("yard")) == name_of(part_of("yard", "relay", "1")) == "yard"


# Pauses


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80), st.floats(0.1, 5), st.floats(5, 100))
def test_pauses_grow_up_to_a_bound_and_are_spread(
    chances: list[float], first: float, most: float
) -> None:
    chance = iter(chances)
    pauses = Backoff(first, most, lambda: next(chance))

    for number, spread in enumerate(chances):
        plain = min(most, first * 2 ** min(number, 16))
        assert pauses.next() == pytest.approx(plain * (1 + SPREAD * (spread - 0.5)))


def test_an_outage_of_ten_minutes_costs_few_tries_and_is_over_within_a_minute_and_a_bit() -> None:
    pauses = Backoff(1.0, 60.0, lambda: 1.0)
    tries, away, last = 0, 0.0, 0.0
    while away < 600:
        tries, last = tries + 1, pauses.next()
        away += last

    assert tries < 20
    assert last <= 75.0
    pauses.reset()
    assert pauses.next() == 1.25


def test_chance_lies_within_its_bounds() -> None:
    assert all(0 <= by_chance() <= 1 for _ in range(100))


async def test_a_loss_that_is_over_in_time_is_none() -> None:
    fired: list[int] = []
    grace = Grace(0.0, lambda: fired.append(1))
    grace.begin()
    assert not grace.over()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert fired == []

    grace.now()
    grace.now()
    grace.begin()
    assert fired == [1]
    assert grace.over()
    grace.now()
    assert fired == [1, 1]


# The library's client


async def test_a_client_that_is_given_up_half_way_leaves_no_session_open() -> None:
    client = Client("localhost", 80, "", "", lambda _: None)
    making = asyncio.create_task(client.create_devicemgmt_service())
    await asyncio.sleep(0)
    making.cancel()
    closing = asyncio.create_task(client.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([making, closing])

    assert [service._session.closed for service in client.services.values()] == [True]
    assert closing.cancelled()


async def test_a_service_that_cannot_be_made_is_not_remembered() -> None:
    client = Client("localhost", 80, "", "", lambda _: None)
    for _ in range(3):
        with pytest.raises(ONVIFError):  # the camera named no such service
            await client.create_ptz_service()

    assert client._making == set()
    await client.close()


# Discovery

ANSWER = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
    "<a:RelatesTo>urn:uuid:1</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
    "<a:EndpointReference><a:Address>urn:uuid:cam</a:Address></a:EndpointReference>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
    "<d:Scopes>onvif://www.onvif.org/name/My%20Cam onvif://www.onvif.org/hardware/X1{scope}</d:Scopes>"
    "<d:XAddrs>{places}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


def nearby(places: str, message: str = "urn:uuid:1", scope: str = "") -> list[Nearby]:
    body = ANSWER.format(places=places, scope=scope).encode()
    return list(discovery.matches(body, message, "192.0.2.7"))


def test_an_answer_names_the_camera_and_where_it_answered_from() -> None:
    places = "http://10.0.0.1/onvif/device_service http://192.0.2.7:8080/onvif/device_service"

    assert nearby(places) == [Nearby("urn:uuid:cam", "192.0.2.7", 8080, "My Cam", "X1")]
    assert nearby("https://10.0.0.1/x") == [Nearby("urn:uuid:cam", "10.0.0.1", 443, "My Cam", "X1")]


def test_answers_to_others_and_answers_without_an_address_are_none() -> None:
    assert nearby("http://192.0.2.7/", message="urn:uuid:2") == []
    for places in ("", "ftp://192.0.2.7/", "http://", "http://192.0.2.7:x/"):
        assert nearby(places) == []


@given(st.binary(max_size=400))
def test_no_datagram_whatever_raises(body: bytes) -> None:
    assert list(discovery.matches(body, "urn:uuid:1", "192.0.2.7")) == []


async def test_nobody_answers_where_nobody_is() -> None:
    assert await discovery.probe((("127.0.0.1", 9),), seconds=0.01) == []


# Who is believed to be the camera


@pytest.mark.parametrize(
    ("later", "is_the_one"),
    [
        (About("Anna", "Cam", "7"), True),
        (About("Anna & Co", "Cam 2", "7"), True),  # a firmware later
        (About("Anna", "Cam", "8"), False),
        (About("Anna", "Cam"), False),
        (About(), False),
    ],
)
async def test_a_camera_is_known_again_by_its_number(later: About, *, is_the_one: bool) -> None:
    place = ("192.0.2.7", 80)

    async def find(urn: str) -> tuple[str, int]:
        del urn
        return place

    where = Whereabouts(CameraSettings("yard", "urn:uuid:7"), find)
    where.came(await where.where(), About("Anna", "Cam", "7"))

    with nullcontext() if is_the_one else pytest.raises(Stranger):
        where.came(await where.where(), later)


# What went wrong, in words


async def test_why_a_camera_cannot_be_reached_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = CameraSettings("yard", f"127.0.0.1:{port}")

    with pytest.raises(Unreachable, match=r"^it cannot be reached: connection refused$"):
        async with connected(settings, ("127.0.0.1", port), Timing(), lambda _: None):
            pass


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EHOSTUNREACH, "Connect call failed ('192.0.2.1', 80)"), "no route to host"),
        (aiohttp.ServerDisconnectedError(), "it hung up"),
        (TimeoutError(), "it took too long"),
    ],
)
def test_an_error_has_words(error: Exception, words: str) -> None:
    assert why(error) == words
