"""What finds persons, vehicles and animals in a picture."""

import os

# Its official builds tell their maker of every start, with a name for this machine, unless this
# is set before they are loaded. Nothing leaves the house.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
