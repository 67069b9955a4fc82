"""Which of several forms a table in a rule has: the first key of a form that it holds tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Never

from pydantic import Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gateway.config.errors import did_you_mean, listed
from gateway.config.values import fault

NONE = "none of them"


def tag(form: str) -> str:
    """Give the name of a form as pydantic puts it into the path of an error."""
    return f"[{form}]"


def is_tag(part: str | int) -> bool:
    """Tell whether a part of such a path is no key of the file."""
    return isinstance(part, str) and part.startswith("[") and part.endswith("]")


def told_by(markers: Sequence[str]) -> Discriminator:
    """Choose by the first of these keys that a table holds."""

    def chosen(value: object) -> str:
        if isinstance(value, dict):
            return tag(next((marker for marker in markers if marker in value), NONE))
        return tag(NONE)

    return Discriminator(chosen)


@dataclass(frozen=True, slots=True)
class NoForm:
    """Marks what a table is that has none of the forms: it is refused, and told what there is."""

    what: str
    markers: tuple[str, ...]

    def refuse(self, value: object) -> Never:
        """Raise the error that names the forms, and the one that was probably meant."""
        forms = listed(self.markers, most=len(self.markers))
        expected = f"{self.what}: a table in braces with one of {forms}"
        keys = [str(key) for key in value] if isinstance(value, dict) else []
        if not keys:
            raise fault(value, expected)
        hint = next((near for key in keys if (near := did_you_mean(key, self.markers))), "")
        context = {"value": value, "expected": expected, "hint": hint, "found": _named(keys)}
        raise PydanticCustomError("nightlatch", "no form", context)

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.refuse)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {}


def _named(keys: list[str]) -> str:
    shown = [key if len(key) <= 40 and key.isprintable() else "?" for key in keys]
    return f"a table with {listed(shown)}"
