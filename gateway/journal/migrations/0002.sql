-- What an entry and an order are about, so that `why` finds the newest of it without reading all.
-- The indexes say nothing that the rows do not: gateway/journal/about.py has the same expressions.

-- A device told a reading.
CREATE INDEX IF NOT EXISTS entry_reading ON entry (
    CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), '$.device') END,
    CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), '$.reading') END
) WHERE kind = 'Reported';

-- Entries of the kinds that are few.
CREATE INDEX IF NOT EXISTS entry_kind ON entry (kind)
    WHERE kind NOT IN ('Reported', 'DeviceHeard', 'Ticked', 'CommandConfirmed');

-- The device of a command, the rule of a run, the level of a notice; and which of these it is.
CREATE INDEX IF NOT EXISTS outbox_about ON outbox (
    CASE WHEN json_valid(CAST(effect AS TEXT)) THEN coalesce(
        json_extract(CAST(effect AS TEXT), '$.command.device'),
        json_extract(CAST(effect AS TEXT), '$.rule'),
        json_extract(CAST(effect AS TEXT), '$.level')
    ) END,
    CASE WHEN json_valid(CAST(effect AS TEXT)) THEN coalesce(
        json_extract(CAST(effect AS TEXT), '$.command.is'),
        json_extract(CAST(effect AS TEXT), '$.is')
    ) END
);
