"""Whoever asks is told whether what was asked is on disk."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.model.event import StorageFailed
from tests.gateway.test_socket import hub
from tests.waiting import until


@pytest.mark.parametrize("durable", [True, False])
async def test_an_arming_says_whether_it_is_on_disk(tmp_path: Path, durable: bool) -> None:  # noqa: FBT001 - parametrized
    async with hub(tmp_path) as (made, caller):
        answer: dict[str, Any] = await caller.ask("arm", mode="away")
        assert answer["stored"] is True

        made.has_disk = False
        number = made.house.number
        asking = asyncio.create_task(caller.ask("disarm", code="4711"))
        await until(lambda: made.house.number > number)
        made.house.committed(made.house.number, durable=durable)

        assert (await asking)["stored"] is durable


async def test_what_comes_after_is_no_proof_that_what_came_before_is_on_disk(
    tmp_path: Path,
) -> None:
    async with hub(tmp_path) as (made, caller):
        await caller.ask("arm", mode="away")
        made.has_disk = False
        made.house.take(StorageFailed("the disk is away"))
        on_disk = made.house.on_disk

        made.house.committed(made.house.number, durable=False)
        assert made.house.on_disk == on_disk < made.house.number
        made.house.committed(made.house.number)
        assert made.house.on_disk == made.house.number
