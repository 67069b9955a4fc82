"""The long jobs of a Z-Wave stick: each done to its end, or to the end of the server."""

import asyncio

from zwave_js_server.model.driver import Driver
from zwave_js_server.model.node import Node

from drivers.zwave import firmware, routes
from drivers.zwave.connection import Loss
from drivers.zwave.directory import device_id
from drivers.zwave.members import Members
from drivers.zwave.nvm import Nvm
from drivers.zwave.settings import ZwaveSettings
from gateway.model.device import DeviceId
from gateway.model.driver import CommandRefused, DeviceUnknown
from gateway.model.upkeep import Job, Progress, Task, is_whole

JOBS = frozenset(Job)
ANEW = "the Z-Wave stick began anew: its devices are asked anew"


class Jobs:
    """What can be done to one stick, in one life of its server."""

    def __init__(self, driver: Driver, loss: Loss, settings: ZwaveSettings) -> None:
        self._driver = driver
        self._loss = loss
        self._backups = settings.backups
        self._renewing = self._anew = False
        driver.on("driver ready", self._began_anew)

    async def do(self, task: Task, progress: Progress) -> str:
        """Do a job, and say what came of it."""
        self._renewing = is_whole(task.job, task.device)
        node = None if task.device is None else self._node(task.device)
        work = self._dispatch(task, node, progress)
        try:
            return await self._loss.watch(asyncio.get_running_loop().create_task(work))
        finally:
            self._renewing = False
            if self._anew:
                self._loss.tell(ANEW)

    def _began_anew(self, _: object) -> None:
        """All that the library knows of the devices is of before: this life is over."""
        self._anew = True
        if not self._renewing:  # else once the job has told what came of it
            self._loss.tell(ANEW)

    async def _dispatch(self, task: Task, node: Node | None, progress: Progress) -> str:
        match task.job:
            case Job.BACKUP | Job.RESTORE | Job.FIRMWARE:
                return await self._with_file(task, node, progress)
            case Job.REBUILD if node is not None:
                return await routes.rebuild_one(self._driver.controller, node, progress)
            case Job.REBUILD:
                return await routes.rebuild_all(self._driver.controller, progress)
            case _:
                return await self._with_members(task, node, progress)

    async def _with_file(self, task: Task, node: Node | None, progress: Progress) -> str:
        nvm = Nvm(self._driver, self._backups, progress)
        if task.job is Job.BACKUP:
            return f"the stick's memory is in {await nvm.backup(task.file)}"
        if task.file is None:
            raise CommandRefused("say which file")
        if task.job is Job.RESTORE:
            return await nvm.restore(task.file)
        if node is None:
            return await firmware.update_stick(nvm, task.file)
        return await firmware.update_device(self._driver, node, task.file, progress)

    async def _with_members(self, task: Task, node: Node | None, progress: Progress) -> str:
        members = Members(self._driver.controller, progress)
        if task.job is Job.SMART_START:
            return await members.expect(task.key)
        if task.job is Job.EXCLUDE:
            return await members.exclude(node, task.seconds)
        if node is None:
            raise CommandRefused("say which device")
        if task.job is Job.INTERVIEW:
            return await members.interview(node, task.seconds)
        if task.job is Job.REPLACE:
            return await members.replace(node, task.key, task.seconds)
        return await members.forget(node)

    def _node(self, device: DeviceId) -> Node:
        """Find the node that a device, or an endpoint of it, is; the stick is no device."""
        controller = self._driver.controller
        for node in controller.nodes.values():
            own = device_id(controller.home_id or 0, node.node_id)
            if _stem(own) == _stem(device) and node.node_id != controller.own_node_id:
                return node
        raise DeviceUnknown(f"there is no {device} on the Z-Wave network")


def _stem(device: DeviceId) -> str:
    return device.rpartition("/")[0]
