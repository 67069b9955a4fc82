"""The scenes that are told again and again: somebody walks in, and nobody does."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.footage.light import DAYLIGHT, DUSKLIGHT, INFRARED, Lamp, steady, switched
from tests.footage.scene import Scene
from tests.footage.things import Cat, Thing, Tree, Walker
from tests.footage.walkers import Footage
from tests.footage.weather import Flash, Headlights, Rain, Spider, Weather

BEGINS_AT = 4.0
LASTS_SECONDS = 14.0
WAY_LEAST = 100  # pixels that a walker goes, to come into the zone at all

LIGHTS: dict[str, Lamp] = {"day": DAYLIGHT, "dusk": DUSKLIGHT, "night": INFRARED}


def intrusions(footage: Footage) -> Iterator[tuple[str, Scene]]:
    """Give scenes in which one person walks in, each by its name."""
    walks = [w for w in footage.walkers if abs(w[-1].left - w[0].left) >= WAY_LEAST]
    for n, steps in enumerate(walks):
        for side in (False, True):
            things = (Walker(steps, BEGINS_AT, mirrored=side),)
            scene = Scene(footage.empty, LASTS_SECONDS, things, seed=n)
            for name, change in CONDITIONS.items():
                yield f"{name}, walker {n}{' from the left' if side else ''}", change(scene)


def quiet(footage: Footage, seconds: float = LASTS_SECONDS) -> Iterator[tuple[str, Scene]]:
    """Give scenes in which nobody walks in."""
    for n, (name, change) in enumerate(CONDITIONS.items()):
        yield name, change(Scene(footage.empty, seconds, seed=100 + n))


def _lit(lamp: Lamp) -> Callable[[Scene], Scene]:
    return lambda scene: replace(scene, light=steady(lamp))


def _with(*things: Thing, lamp: Lamp = DAYLIGHT) -> Callable[[Scene], Scene]:
    return lambda scene: replace(scene, things=(*things, *scene.things), light=steady(lamp))


def _under(*weather: Weather, lamp: Lamp = DAYLIGHT) -> Callable[[Scene], Scene]:
    return lambda scene: replace(scene, weather=weather, light=steady(lamp))


CONDITIONS: dict[str, Callable[[Scene], Scene]] = {
    **{name: _lit(lamp) for name, lamp in LIGHTS.items()},
    "headlights": _under(Headlights(2.0), Headlights(7.0, row=170), lamp=INFRARED),
    "rain": _under(Rain()),
    "rain at night": _under(Rain(), lamp=INFRARED),
    "a cat": _with(Cat(1.0)),
    "a cat at night": _with(Cat(1.0, ground=330), lamp=INFRARED),
    "a tree in the wind": _with(Tree()),
    "a spider at night": _under(Spider(2.0), lamp=INFRARED),
    "lightning": _under(Flash(3.0), Flash(6.0), lamp=DUSKLIGHT),
    "the infrared is switched": lambda s: replace(s, light=switched(DUSKLIGHT, INFRARED, 3.0)),
}
