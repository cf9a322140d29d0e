-- differs: bytes are BLOB in SQLite and BYTEA in PostgreSQL
-- owner: articles
CREATE TABLE edition (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'es')),
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    title TEXT NOT NULL,
    tagline TEXT NOT NULL,
    place BIGINT NOT NULL
);

-- owner: articles
CREATE TABLE topic (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    same_as TEXT NOT NULL,
    place BIGINT NOT NULL,
    UNIQUE (edition, slug)
);

-- owner: articles
CREATE TABLE image (
    id TEXT PRIMARY KEY,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- owner: articles
CREATE TABLE image_file (
    image_id TEXT NOT NULL REFERENCES image (id),
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (image_id, width)
);

-- owner: articles
CREATE TABLE article (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    kicker TEXT NOT NULL,
    headline TEXT NOT NULL,
    deck TEXT NOT NULL,
    byline TEXT NOT NULL,
    dateline TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('open', 'metered', 'subscribers')),
    story TEXT NOT NULL,
    translation TEXT NOT NULL,
    image_id TEXT REFERENCES image (id),
    image_alt TEXT NOT NULL,
    image_caption TEXT NOT NULL,
    image_place TEXT NOT NULL,
    image_date TEXT NOT NULL,
    image_credit TEXT NOT NULL,
    image_agency TEXT NOT NULL,
    body TEXT NOT NULL,
    pinned BOOLEAN NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (edition, slug)
);
CREATE INDEX article_by_edition ON article (edition, published_at);
CREATE INDEX article_by_story ON article (edition, story);

-- owner: articles
CREATE TABLE article_topic (
    article_id TEXT NOT NULL REFERENCES article (id),
    topic_id TEXT NOT NULL REFERENCES topic (id),
    place BIGINT NOT NULL,
    PRIMARY KEY (article_id, topic_id)
);
CREATE INDEX article_topic_by_topic ON article_topic (topic_id);

-- owner: articles
CREATE TABLE correction (
    article_id TEXT NOT NULL REFERENCES article (id),
    corrected_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (article_id, corrected_at)
);
