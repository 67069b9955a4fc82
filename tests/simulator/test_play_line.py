"""JSON lines: answers find their questions, and no end of the other side leaves one waiting."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simulator.play.line import Line, LineLost, LineSilent, Message, Refused

type Reply = Callable[[dict[str, object]], list[bytes]]


@asynccontextmanager
async def peer(path: Path, reply: Reply, told: list[Message]) -> AsyncIterator[Line]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while raw := await reader.readline():
            lines = reply(json.loads(raw))
            if not lines:
                break
            writer.writelines(lines)
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    line = await Line.open(path, told.append)
    try:
        yield line
    finally:
        await line.close()
        server.close()
        await server.wait_closed()


def encode(**message: object) -> bytes:
    return json.dumps(message).encode() + b"\n"


async def test_answers_find_their_questions_in_any_order(tmp_path: Path) -> None:
    held: list[bytes] = []

    def backwards(ask: dict[str, object]) -> list[bytes]:
        held.insert(0, encode(id=ask["id"], ok=True, said=ask["word"]))
        return held if len(held) == 3 else [b""]

    async with peer(tmp_path / "s", backwards, []) as line:
        answers = await asyncio.gather(*(line.ask("say", word=word) for word in "abc"))

    assert [answer["said"] for answer in answers] == ["a", "b", "c"]


async def test_what_comes_unasked_is_told(tmp_path: Path) -> None:
    told: list[Message] = []
    async with peer(
        tmp_path / "s", lambda a: [encode(happening="siren"), encode(id=a["id"], ok=True)], told
    ) as line:
        await line.ask("watch")

    assert told == [{"happening": "siren"}]


async def test_a_no_is_its_sentence(tmp_path: Path) -> None:
    async with peer(
        tmp_path / "s", lambda a: [encode(id=a["id"], ok=False, error="not today")], []
    ) as line:
        with pytest.raises(Refused, match=r"^not today$"):
            await line.ask("arm")


async def test_silence_has_an_end_and_a_late_answer_is_nobodys(tmp_path: Path) -> None:
    told: list[Message] = []
    late: list[bytes] = []

    def slow(ask: dict[str, object]) -> list[bytes]:
        late.append(encode(id=ask["id"], ok=True))
        return late if len(late) == 2 else [b""]

    async with peer(tmp_path / "s", slow, told) as line:
        with pytest.raises(LineSilent, match=r"no answer to 'arm' within 0\.05 s"):
            await line.ask("arm", answer_within=0.05)
        await line.ask("state")

    assert told == []


@pytest.mark.parametrize("last", [[], [b"no json\n"], [b"[1]\n"]])
async def test_a_peer_that_hangs_up_or_babbles_leaves_no_question_waiting(
    tmp_path: Path, last: list[bytes]
) -> None:
    async with peer(tmp_path / "s", lambda _: last, []) as line:
        with pytest.raises(LineLost):
            await line.ask("state")
        with pytest.raises(LineLost):
            await line.ask("state")


async def test_nobody_there_is_said_with_the_path(tmp_path: Path) -> None:
    with pytest.raises(LineLost, match=r"nobody answers on .*/none: No such file"):
        await Line.open(tmp_path / "none")
