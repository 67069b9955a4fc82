"""`nightlatch log`: what happened, from the journal on disk; and whether it is what was written."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

import typer

from gateway.cli.entries import Place, kinds_named, last_number, since_number
from gateway.cli.hub import hub, state_folder
from gateway.cli.options import CONFIG_FILE, ConfigOption, JsonOption, StateOption
from gateway.cli.output import NOT_SO, Problem, emit, sentences
from gateway.cli.shapes import EntryLine
