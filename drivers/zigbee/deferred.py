"""Modules that are loaded when somebody first needs them, which for some is never."""

import importlib.util
import sys
import threading
from types import ModuleType
from typing import Any

_LOADING = threading.RLock()


def defer(*names: str) -> None:
    """Have later `import NAME`s give the module unread; its first use reads it.

    What somebody has loaded already, what is not installed and what cannot be made this way is
    left to the plain import. As importlib.util.LazyLoader does it; that one is woken by the
    `import` statement itself, which looks at `__spec__`.
    """
    for name in names:
        if name not in sys.modules and (module := _unread(name)) is not None:
            sys.modules[name] = module


def _unread(name: str) -> ModuleType | None:
    try:
        spec = importlib.util.find_spec(name)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return None
        module = importlib.util.module_from_spec(spec)
        # `import NAME.PART` asks for it, and needs the whole of NAME.
        vars(module).pop("__path__", None)
        module.__class__ = _Unread
    except (ImportError, AttributeError, TypeError, ValueError):
        return None
    return module


class _Unread(ModuleType):
    """A module whose code has not run yet. `__getattr__` is asked only for what is not there."""

    def __getattr__(self, name: str) -> Any:
        with _LOADING:
            if type(self) is _Unread and not vars(self).get("_is_loading"):
                self._load()
        return ModuleType.__getattribute__(self, name)  # by now it may be an _Unread no more

    def _load(self) -> None:
        module: ModuleType = self
        spec = module.__spec__
        if spec is None or spec.loader is None:
            return
        self._is_loading = True
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        try:
            spec.loader.exec_module(module)
        except BaseException:  # as the plain import does: the next one tries anew
            sys.modules.pop(self.__name__, None)
            raise
        finally:
            del self._is_loading
        module.__class__ = ModuleType
