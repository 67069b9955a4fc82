"""Reports by the clock: what was configured to be told now and then, and the check-in."""

from collections.abc import Callable, Iterable

from simulator.zigbee import zcl
from simulator.zigbee.devices.radio import Timer

NEVER_SECONDS = 0xFFFF  # with this most, reporting is switched off (ZCL 2.5.7.1.6)


class Periodic:
    """One timer for each attribute with a longest interval, and one for the check-in."""

    def __init__(
        self,
        later: Callable[[float, Callable[[], object]], Timer],
        report: Callable[[zcl.Cluster, int], object],
        check_in: Callable[[], object],
        check_in_seconds: float,
    ) -> None:
        self._later = later
        self._report = report
        self._check_in = check_in
        self._check_in_seconds = check_in_seconds
        self._timers: dict[tuple[int, int] | None, Timer] = {}

    def start(self, clusters: Iterable[zcl.Cluster]) -> None:
        """Start over with the reporting that is configured now."""
        self.stop()
        for cluster in clusters:
            for attribute, reporting in cluster.reporting.items():
                if 0 < reporting.most_seconds < NEVER_SECONDS:
                    self._arm_report(cluster, attribute, reporting.most_seconds)
        if self._check_in_seconds:
            self._arm_check_in()

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _arm_report(self, cluster: zcl.Cluster, attribute: int, seconds: int) -> None:
        def due() -> None:
            self._report(cluster, attribute)
            self._arm_report(cluster, attribute, seconds)

        self._timers[cluster.id, attribute] = self._later(seconds, due)

    def _arm_check_in(self) -> None:
        def due() -> None:
            self._check_in()
            self._arm_check_in()

        self._timers[None] = self._later(self._check_in_seconds, due)
