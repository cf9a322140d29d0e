-- What happened to whom, so that the device message and support can explain themselves. Leases themselves are in memory.
-- owner: leases
CREATE TABLE lease_event (
    id TEXT PRIMARY KEY,
    reader_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'passed', 'taken', 'released', 'shown', 'would_show')),
    from_device TEXT,
    to_device TEXT,
    epoch TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);
CREATE INDEX lease_event_by_reader ON lease_event (reader_id, happened_at);
CREATE INDEX lease_event_by_time ON lease_event (happened_at);

-- Sums that stay when the events go.
-- owner: leases
CREATE TABLE lease_sum (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, kind)
);
