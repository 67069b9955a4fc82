"""The virtual house, and the scenarios that are played in it."""

from simulator.play.house import Home, open_home
from simulator.play.parse import ScenarioError, load, shipped
from simulator.play.runner import Kind, Progress, simulate
from simulator.play.scenario import Outcome, Scenario, StepResult
from simulator.play.virtual import HubCommand, VirtualHouse, VirtualHouseError

__all__ = [
    "Home",
    "HubCommand",
    "Kind",
    "Outcome",
    "Progress",
    "Scenario",
    "ScenarioError",
    "StepResult",
    "VirtualHouse",
    "VirtualHouseError",
    "load",
    "open_home",
    "shipped",
    "simulate",
]
