-- The journal. `number` is an entry's name for ever; numbers grow, and a hole in them is a loss.
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    at_us  INTEGER NOT NULL,
    wall   TEXT NOT NULL,
    era    TEXT NOT NULL, -- boot id and offset: what makes house time go on after a restart
    kind   TEXT NOT NULL,
    body   BLOB NOT NULL,
    orders BLOB NOT NULL, -- SHA-256 over the orders of this entry, empty where there are none
    hash   BLOB NOT NULL  -- SHA-256 over the hash before and every field above
) STRICT;

-- What the entries ordered; `outcome` alone ever changes.
CREATE TABLE outbox (
    number     INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    at_us      INTEGER NOT NULL,
    repeat     TEXT NOT NULL,
    expires_us INTEGER,
    effect     BLOB NOT NULL,
    outcome    TEXT,
    PRIMARY KEY (number, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_unconfirmed ON outbox (number) WHERE outcome IS NULL;

-- The state after `number`; `chain` is the hash that the next entry builds on.
CREATE TABLE snapshot (
    number        INTEGER PRIMARY KEY,
    at_us         INTEGER NOT NULL,
    wall          TEXT NOT NULL,
    era           TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    chain         BLOB NOT NULL,
    body          BLOB NOT NULL,
    hash          BLOB NOT NULL
) STRICT;

-- Where the chain begins: the hash of the last entry that retention, or a loss, took away.
CREATE TABLE anchor (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL
) STRICT;

INSERT INTO anchor VALUES (1, 0, zeroblob(32));
