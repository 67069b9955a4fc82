"""The one place where a command that went wrong is told: no traceback reaches a person."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import Any

import typer

from gateway.cli.output import FINE, INTERRUPTED, NOT_SO, complain, unheard

REPORT = "nightlatch-error-"


def guarded(command: Callable[[], Any], *, as_json: bool) -> int:
    """Run a command and give its exit code, whatever comes of it."""
    try:
        status = command()
        sys.stdout.flush()
    except BrokenPipeError:
        unheard()
        return FINE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence, and where the rest is
        # What typer's own errors are called changed with its versions, what they can do did not.
        if hasattr(error, "format_message"):
            return _usage(error, as_json=as_json)
        return _unexpected(error, as_json=as_json)
    return status if isinstance(status, int) else FINE


def _usage(error: Any, *, as_json: bool) -> int:
    """Tell what was wrong with the words of a command line."""
    if as_json:
        complain(error.format_message(), {}, as_json=True)
    else:
        error.show()
    return int(error.exit_code)


def _unexpected(error: Exception, *, as_json: bool) -> int:
    reason = f"{type(error).__name__}: {error}".partition("\n")[0]
    sentence = f"that came to grief over something nobody expected ({reason}); {_kept(error)}"
    complain(sentence, {}, as_json=as_json)
    return NOT_SO


def _kept(error: Exception) -> str:
    """Write the details where only this user reads them; say where."""
    try:
        handle, path = tempfile.mkstemp(prefix=REPORT, suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError as full:
        return f"the details could not be kept ({full.strerror})"
    return f"the details are in {path}"
