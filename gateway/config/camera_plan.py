"""From the checked file to what the detection is told."""

from datetime import timedelta
from pathlib import Path

from gateway.config.camera_section import CameraSection, DetectorSection, ModelSection
from gateway.config.models import Sections
from gateway.config.site import camera_id
from gateway.detection.plan import (
    EVIDENCE_KEY,
    CameraPlan,
    DetectorPlan,
    EvidencePlan,
    LinePlan,
    ModelPlan,
    Plan,
    Point,
    Polygon,
    ZonePlan,
)


def compile_plan(file: Sections, beside: Path, state_folder: Path) -> Plan | None:
    """Give the plan of a file whose references hold; None where it has no camera.

    `beside` is the folder where relative paths start.
    """
    if not file.cameras:
        return None
    evidence = file.evidence
    return Plan(
        cameras=tuple(_camera(camera) for camera in file.cameras),
        evidence=EvidencePlan(
            folder=state_folder / evidence.folder,
            key_file=state_folder / EVIDENCE_KEY,
            days=evidence.days,
            alarm_days=evidence.alarm_days,
            disk_share=evidence.disk_share,
        ),
        detector=_detector(file.detector, beside),
    )


def _camera(camera: CameraSection) -> CameraPlan:
    return CameraPlan(
        device=camera_id(camera),
        name=camera.name,
        zones=tuple(
            ZonePlan(zone.name, _shape(zone.shape), frozenset(zone.classes), _seconds(zone.loiter))
            for zone in camera.zones
        ),
        lines=tuple(
            LinePlan(line.name, _point(line.from_), _point(line.to), frozenset(line.classes))
            for line in camera.lines
        ),
        masks=tuple(_shape(mask) for mask in camera.masks),
        before_seconds=camera.before.total_seconds(),
        record=camera.record,
    )


def _detector(section: DetectorSection, beside: Path) -> DetectorPlan:
    first = None
    if None not in (section.model, section.sha256, section.decoder, section.labels):
        keys = {key: getattr(section, key) for key in ModelSection.model_fields}
        first = _model(ModelSection.model_validate(keys), beside)
    few, many = section.votes
    return DetectorPlan(
        model=first,
        second=None if section.second is None else _model(section.second, beside),
        provider=section.provider.value,
        threads=section.threads,
        votes=(few, many),
    )


def _model(section: ModelSection, beside: Path) -> ModelPlan:
    return ModelPlan(
        file=beside / section.model,
        sha256=section.sha256,
        decoder=section.decoder.value,
        labels=beside / section.labels,
        score=section.score,
    )


def _shape(corners: list[list[float]]) -> Polygon:
    return tuple(_point(corner) for corner in corners)


def _point(place: list[float]) -> Point:
    x, y = place
    return x, y


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
