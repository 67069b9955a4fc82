"""The view of a camera that somebody turned is accepted, in the real process with its cameras."""

from pathlib import Path

from gateway.detection.plan import CameraPlan
from gateway.model.capability import Picture
from gateway.model.credential import ViewChanged
from tests.detection.rig import YARD, detecting, plan_of


async def test_a_camera_that_was_turned_sees_again_as_soon_as_its_view_is_accepted(
    tmp_path: Path,
) -> None:
    async with detecting(tmp_path, plan=plan_of(tmp_path, CameraPlan(YARD, "yard"))) as lived:
        await lived.act("turn")  # this is all that it knows
        lived.find("yard")
        await lived.picture("yard", Picture.SEEING)
        await lived.act("rest")
        await lived.picture("yard", Picture.TURNED)
        since = len(lived.said)

        lived.detection.noticed(ViewChanged(YARD))

        await lived.picture("yard", Picture.SEEING, after=since)
