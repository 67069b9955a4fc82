"""The configuration file: read, checked, compiled into a site."""

from gateway.config.errors import ConfigError, ConfigErrors
from gateway.config.load import Config, load, load_sparing
from gateway.config.schema import json_schema

__all__ = ["Config", "ConfigError", "ConfigErrors", "json_schema", "load", "load_sparing"]
