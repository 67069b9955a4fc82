"""What holds for every test: in CI, a test that was skipped has failed.

A skip says that this machine lacks something (root, a system part). CI must lack nothing.
"""

import os
import signal
from collections.abc import Generator

import pytest


def pytest_configure() -> None:
    """Have what tests start hear Ctrl-C, also where the run itself was started to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where CI=true."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {call.excinfo and call.excinfo.value}"
    return report
