"""The detector: the model that looks at every picture, and the one that looks again."""

from gateway.detection.detector.boxes import Box
from gateway.detection.detector.model import Model
from gateway.detection.detector.shipped import FIRST, SECOND
from gateway.detection.detector.tensors import Image
from gateway.detection.plan import DetectorPlan


class Detector:
    """Finds persons, vehicles and animals. For one thread at a time."""

    def __init__(self, first: Model, second: Model | None) -> None:
        self._first = first
        self._second = second

    @classmethod
    def open(cls, plan: DetectorPlan) -> "Detector":
        """Open what the plan names, or what comes with Nightlatch: two models.

        A model of one's own has a second only where the plan names one. Raises ModelRefused
        with a sentence where a file, its hash, its shapes, its labels or the provider does not
        do, or where a model sees no person in a portrait.
        """
        first, second = plan.model or FIRST, plan.second
        if plan.model is None and second is None:
            second = SECOND
        return cls(
            Model.open(first, plan.provider, plan.threads),
            None if second is None else Model.open(second, plan.provider, plan.threads),
        )

    @property
    def provider(self) -> str:
        """Name what runs it, in onnxruntime's word."""
        return self._first.provider

    @property
    def words(self) -> str:
        """Name its models, for people."""
        return " and ".join(model.name for model in (self._first, self._second) if model)

    def find(self, image: Image) -> tuple[Box, ...]:
        """Give what is in a picture, the best first."""
        return self._first.find(image)

    def sure(self, piece: Image) -> float | None:
        """Give how sure the second model is of a person in a piece of a picture, 0..1.

        0 where it sees none; None where there is no second model.
        """
        return None if self._second is None else self._second.best_person(piece)
