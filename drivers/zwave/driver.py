"""The Z-Wave driver: one life of the server after another, each with a new connection."""

from zwave_js_server.model.driver import Driver

from drivers.zwave.connection import Loss, connected
from drivers.zwave.directory import DRIVER
from drivers.zwave.life import Life
from drivers.zwave.settings import ZwaveSettings
from drivers.zwave.upkeep import JOBS, Jobs
from gateway.model.command import Command
from gateway.model.device import DriverId
from gateway.model.driver import RadioLost, Report
from gateway.model.event import Proof
from gateway.model.upkeep import Job, Progress, Task


class ZwaveDriver:
    """Speaks to one Z-Wave JS server."""

    def __init__(self, settings: ZwaveSettings) -> None:
        self._settings = settings
        self._life: Life | None = None
        self._jobs: Jobs | None = None

    @property
    def id(self) -> DriverId:
        """Name the driver."""
        return DRIVER

    async def run(self, report: Report) -> None:
        """Have the server serve and live until cancelled; raise RadioLost when it cannot go on."""
        settings, loss = self._settings, Loss()

        def begin(driver: Driver) -> None:
            # The house answers what it is told at once, so orders come in before this returns.
            self._life = Life(driver, loss, report, settings)
            self._jobs = Jobs(driver, loss, settings)
            self._life.begin()

        try:
            async with (
                settings.server.serving() as served,
                connected(served, loss, settings, begin),
            ):
                try:
                    raise RadioLost(await loss.reason(served.ended))
                finally:
                    await self._leave(loss)
        finally:
            life, self._life, self._jobs = self._life, None, None
            if life is not None:
                await life.end()

    async def _leave(self, loss: Loss) -> None:
        """Close what strangers could come in by, where the server still hears us."""
        if self._life is not None and not loss.sentence.done():
            await self._life.leave()

    async def perform(self, command: Command) -> Proof:
        """Return once the device took the command; raise a DriverError that names the situation."""
        if self._life is None:
            raise RadioLost("the Z-Wave server is not connected")
        return await self._life.perform(command)

    @property
    def jobs(self) -> frozenset[Job]:
        """Name the long jobs."""
        return JOBS

    async def upkeep(self, task: Task, progress: Progress) -> str:
        """Do a long job to its end, and say what came of it."""
        if self._jobs is None:
            raise RadioLost("the Z-Wave server is not connected")
        return await self._jobs.do(task, progress)
