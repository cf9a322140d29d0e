-- owner: readers
CREATE TABLE terms (
    version TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'es')),
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (version, language)
);

-- owner: subscriptions
CREATE TABLE subscription (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES reader (id),
    plan TEXT NOT NULL CHECK (plan IN ('digital', 'premium', 'company')),
    company_name TEXT NOT NULL,
    seats BIGINT NOT NULL,
    provider TEXT NOT NULL CHECK (provider IN ('granted')),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    terms_version TEXT NOT NULL,
    terms_accepted_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX subscription_by_owner ON subscription (owner_id);

-- owner: subscriptions
CREATE TABLE seat (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    reader_id TEXT REFERENCES reader (id),
    email TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'accepted', 'removed')),
    token_hash TEXT UNIQUE,
    invited_at BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX seat_by_subscription ON seat (subscription_id);
CREATE INDEX seat_by_reader ON seat (reader_id);
