-- differs: bytes are BLOB in SQLite and BYTEA in PostgreSQL; several nodes need a database server, so it tells what changed
-- owner: articles
CREATE TABLE image_file (
    image_id TEXT NOT NULL REFERENCES image (id),
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (image_id, width)
);
