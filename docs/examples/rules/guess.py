#!/usr/bin/env python3
"""An example of a script: it reads what is known as JSON, and answers with orders as JSON."""

import json
import sys

json.load(sys.stdin)
json.dump({"do": [{"on": "lamp"}]}, sys.stdout)
