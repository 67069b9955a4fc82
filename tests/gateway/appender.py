"""A child that appends entries for ever and says what it was told is committed; to be killed."""

import asyncio
import sys
from pathlib import Path

from gateway.journal.journal import Journal
from tests.gateway.journals import ERA, Told
from tests.gateway.samples import entry, orders
from tests.waiting import until

LEAD = 2_000
"""It never runs so far ahead of the disk that entries are lost: that is another test's matter."""


class _Telling(Told):
    def commit(self, number: int, durable: bool) -> None:  # noqa: FBT001 - the journal calls it so
        super().commit(number, durable)
        if durable:
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


async def _append_for_ever(folder: Path) -> None:
    journal = Journal.open(folder)
    recovered = journal.recover()
    list(recovered.entries)
    told = _Telling()
    journal.start(asyncio.get_running_loop(), ERA, told.commit, told.troubles.append)
    number = begin = recovered.number
    while True:
        for _ in range(1 + number % 4):
            number += 1
            journal.append(entry(number), orders(number))
            if number % 50 == 0:
                journal.snapshot(number, b"state %d" % number)
        await asyncio.sleep(0)
        if number - max(begin, told.durable) > LEAD:
            await until(lambda seen=told.durable: told.durable > seen)  # type: ignore[misc]


asyncio.run(_append_for_ever(Path(sys.argv[1])))
