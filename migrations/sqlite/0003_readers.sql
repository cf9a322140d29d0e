-- owner: readers
CREATE TABLE reader (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'es')),
    terms_version TEXT NOT NULL,
    terms_accepted_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- owner: readers
CREATE TABLE device (
    id TEXT PRIMARY KEY,
    reader_id TEXT NOT NULL REFERENCES reader (id),
    cookie_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('phone', 'tablet', 'computer')),
    named_by_reader BOOLEAN NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    UNIQUE (reader_id, cookie_hash)
);
CREATE INDEX device_by_cookie ON device (cookie_hash);

-- owner: readers
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    reader_id TEXT NOT NULL REFERENCES reader (id),
    device_id TEXT NOT NULL UNIQUE REFERENCES device (id),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL
);
CREATE INDEX session_by_reader ON session (reader_id);

-- A link in a mail: what it proves, for whom, until when. Used once.
-- owner: readers
CREATE TABLE proof (
    token_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign_up', 'reset')),
    email TEXT NOT NULL,
    payload TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX proof_by_email ON proof (email);

-- owner: readers
CREATE TABLE staff (
    reader_id TEXT PRIMARY KEY REFERENCES reader (id),
    role TEXT NOT NULL CHECK (role IN ('operator')),
    created_at BIGINT NOT NULL
);
