"""Where a rule, or a part of it, stands in the file that it was loaded from."""

from gateway.config import syntax
from gateway.config.load import Config
from gateway.config.located import fitted
from gateway.config.positions import Positions
from gateway.config.text import Text


class Places:
    """Knows the lines of a configuration's rules. Made only where a line is to be shown."""

    def __init__(self, config: Config) -> None:
        text = Text(config.source.text)
        self._name = config.path.name
        self._data = syntax.parse(text)
        self._positions = Positions(text)
        self._numbers = {rule.id: number for number, rule in enumerate(config.rules)}

    def where(self, rule: str, *place: str | int) -> str:
        """Give "file:line" of a part of a rule, or of the nearest thing around it."""
        path = fitted(("rule", self._numbers[rule], *place), self._data)
        return f"{self._name}:{self._positions.find(path)[0]}"
