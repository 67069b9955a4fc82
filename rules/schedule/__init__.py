"""Schedules and windows of time: pure calculators; docs/schedules.md says what each key means."""

from rules.schedule.calendars import (
    Calendar,
    DateList,
    IcsCalendar,
    covers,
    date_list,
    ics_calendar,
)
from rules.schedule.civil import zone_named
from rules.schedule.compile import compile_schedule, compile_window
from rules.schedule.cursor import Cursor, Due, due
from rules.schedule.errors import BadSchedule
from rules.schedule.firing import CatchUp, Keep, firings, missed, next_after
from rules.schedule.kinds import Place, Schedule
from rules.schedule.parse import catch_up
from rules.schedule.windows import AtEdges, Window, is_inside, next_edge

__all__ = [
    "AtEdges",
    "BadSchedule",
    "Calendar",
    "CatchUp",
    "Cursor",
    "DateList",
    "Due",
    "IcsCalendar",
    "Keep",
    "Place",
    "Schedule",
    "Window",
    "catch_up",
    "compile_schedule",
    "compile_window",
    "covers",
    "date_list",
    "due",
    "firings",
    "ics_calendar",
    "is_inside",
    "missed",
    "next_after",
    "next_edge",
    "zone_named",
]
