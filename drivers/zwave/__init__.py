"""The Z-Wave driver: a client of zwave-js-server, which it may run itself. Light to import."""
