"""One model: its session, its decoder and its labels, tried out before it is trusted."""

from pathlib import Path

import av
import numpy as np

from gateway.detection.detector.boxes import Box, distinct
from gateway.detection.detector.decoders import decoder
from gateway.detection.detector.labels import Labels, read_labels
from gateway.detection.detector.session import Session
from gateway.detection.detector.tensors import Decoder, Image, ModelRefused, Pixels, above
from gateway.detection.plan import ModelPlan
from gateway.model.sight import Seen

TRIAL = Path(__file__).with_name("data") / "person.jpg"
MOST_BOXES = 100  # of one picture
MOST_IN_TRIAL = 20  # boxes on a portrait: a model that finds more finds everything
SHEETS = {seen: 2 * number for number, seen in enumerate(Seen)}
WALL, GREY = (480, 640, 3), 128


class Model:
    """Finds what is looked for in pictures. For one thread at a time."""

    def __init__(self, plan: ModelPlan, session: Session, reader: Decoder, labels: Labels) -> None:
        self._plan = plan
        self._session = session
        self._reader = reader
        self._labels = labels

    @classmethod
    def open(cls, plan: ModelPlan, provider: str, threads: int) -> "Model":
        """Open a model and try it out; raise ModelRefused with the reason where it is no use."""
        labels = read_labels(plan.labels)
        session = Session(plan.file, plan.sha256, provider, threads)
        try:
            reader = decoder(
                plan.decoder, session.inputs, session.outputs, len(labels.names), labels.columns
            )
        except ModelRefused as refused:
            raise ModelRefused(f"the model {plan.file} does not fit: {refused}") from refused
        model = cls(plan, session, reader, labels)
        model.try_out()
        return model

    @property
    def name(self) -> str:
        """Name its file."""
        return self._plan.file.name

    @property
    def provider(self) -> str:
        """Name what runs it, in onnxruntime's word."""
        return self._session.provider

    def find(self, image: Image) -> tuple[Box, ...]:
        """Give what is looked for in a picture, the best first; each thing once."""
        shown, placed = self._reader.feed(image)
        answer = self._session.run(shown)
        found = above(self._reader, answer, self._labels.columns, self._plan.score, placed)
        names = found.classes.tolist()
        meant = [self._labels.meaning[name] for name in names]
        # A person and a car may stand in one place: as if each kind were on a sheet of its own.
        sheets = np.array([[SHEETS[seen]] for seen in meant], np.float32).reshape(-1, 1)
        return tuple(
            Box(
                meant[number],
                self._labels.names[names[number]],
                float(found.scores[number]),
                *found.boxes[number].tolist(),
            )
            for number in distinct(found.boxes + sheets).tolist()[:MOST_BOXES]
        )

    def best_person(self, image: Image) -> float:
        """Give the score of the surest person in a picture, 0 where there is none."""
        scores = (box.score for box in self.find(image) if box.seen is Seen.PERSON)
        return max(scores, default=0.0)

    def try_out(self) -> None:
        """Show it a person and a grey wall; raise ModelRefused where it sees none, or too many.

        A model may be whole and still blind: read by the wrong decoder, or run by a provider
        that computes nothing.
        """
        found = self.find(picture(TRIAL))
        persons = sum(box.seen is Seen.PERSON for box in found)
        if not persons:
            raise ModelRefused(
                f"the model {self._plan.file} finds no person in a portrait: "
                f"its decoder may not be {self._plan.decoder!r}, or its score is too high"
            )
        wall = self.find(np.full(WALL, GREY, np.uint8))
        if len(found) > MOST_IN_TRIAL or wall:
            raise ModelRefused(
                f"the model {self._plan.file} finds {len(found)} things in a portrait "
                f"and {len(wall)} in a grey wall: it finds everything"
            )


def picture(file: Path) -> Pixels:
    """Read a still picture."""
    with av.open(file) as opened:
        return next(opened.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8, copy=False)
