"""The ONVIF services, one module each, as text templates."""
