"""The models that come with Nightlatch: where they are from stands in `data/PROVENANCE.md`."""

from pathlib import Path

from gateway.detection.plan import ModelPlan

DATA = Path(__file__).with_name("data")

FIRST = ModelPlan(
    file=DATA / "ssd_oidv4_int8.onnx",
    sha256="b45658005a195ec4bb8540d2db7526d0b78f410b713756285bf350080a55882d",
    decoder="ssd",
    labels=DATA / "ssd_oidv4.txt",
    score=0.35,
)
SECOND = ModelPlan(
    file=DATA / "ped_ssdlite_int8.onnx",
    sha256="da9d3a3c9e98cb59539784532b9d818202e3bdf3bd05f7d55ab81d7c73345476",
    decoder="ssd",
    labels=DATA / "ped_ssdlite.txt",
    score=0.3,
)
