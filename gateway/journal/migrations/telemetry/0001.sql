-- Measurements; `number` only grows, so that the oldest are the ones to go.
CREATE TABLE telemetry (
    number   INTEGER PRIMARY KEY,
    at_us    INTEGER NOT NULL,
    wall     TEXT NOT NULL,
    device   TEXT NOT NULL,
    quantity TEXT NOT NULL,
    value    REAL NOT NULL
) STRICT;

CREATE INDEX telemetry_by_device ON telemetry (device, quantity, number);
