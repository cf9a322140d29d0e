-- differs: several nodes need a database server, so only PostgreSQL fills these, and tells what changed by triggers
-- A reader's lease, for every node to compare and set. An embedded database serves one node, which has leases in memory.
-- owner: leases
CREATE TABLE lease (
    reader_id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    held BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL
);

-- What nodes have in memory and is different now: in which transaction, what kind of thing, and which.
-- owner: base
CREATE TABLE change (
    txid BIGINT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);
CREATE INDEX change_by_txid ON change (txid);
