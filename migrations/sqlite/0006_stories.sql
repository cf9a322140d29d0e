-- A running story: what is known, and below it its events, people and figures, each in the newsroom's order.
-- owner: stories
CREATE TABLE story (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    known TEXT NOT NULL,
    translation TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (edition, slug)
);

-- owner: stories
CREATE TABLE story_event (
    story_id TEXT NOT NULL REFERENCES story (id),
    place BIGINT NOT NULL,
    day TEXT NOT NULL,
    day_text TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (story_id, place)
);

-- owner: stories
CREATE TABLE story_person (
    story_id TEXT NOT NULL REFERENCES story (id),
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    office TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (story_id, place)
);

-- owner: stories
CREATE TABLE story_figure (
    story_id TEXT NOT NULL REFERENCES story (id),
    place BIGINT NOT NULL,
    value TEXT NOT NULL,
    label TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (story_id, place)
);
