-- The first schema: one text for both engines. What must differ between them is in the file beside, twice, with the reason.
--
-- Identifiers are TEXT (UUIDv7), moments BIGINT (unix milliseconds), lists and documents TEXT (JSON).
--
-- NULL is "none", never 0 or '': wherever a query or a decision asks whether it is there, or something stands in for it when
-- it is not. An empty text is stored only where it is a text like any other and shows nothing (a deck, a caption, a note).
--
-- Where a list may grow (plans, roles, kinds, languages) the column is TEXT without a CHECK, and the Rust enum is the door:
-- a CHECK could only be changed by building the table anew (docs/adr/0009). The comment `-- values: Enum` above the column
-- names it, and a test writes and reads every value on both engines. A CHECK stands where nature closes the list.

-- owner: base
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- owner: base
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- `base::jobs::Priority`: 0 is run first.
    priority BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX job_by_priority ON job (priority, run_at, id);

-- Addresses to which a mail server said that there is no such mailbox (hard bounce), until it takes a mail for them again.
-- owner: base
CREATE TABLE bounce (
    email TEXT PRIMARY KEY,
    -- What the server said.
    answer TEXT NOT NULL,
    bounced_at BIGINT NOT NULL
);

-- owner: articles
CREATE TABLE edition (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- values: Lang
    language TEXT NOT NULL,
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    title TEXT NOT NULL,
    tagline TEXT,
    place BIGINT NOT NULL
);

-- A set of articles, stories or topics that are the same in several editions: each of them refers to it.
-- owner: articles
CREATE TABLE translation (
    id TEXT PRIMARY KEY
);

-- owner: articles
CREATE TABLE topic (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    translation_id TEXT REFERENCES translation (id),
    place BIGINT NOT NULL,
    UNIQUE (edition, slug),
    UNIQUE (translation_id, edition)
);

-- A running story: what is known, and below it its events, people and figures, each in the newsroom's order.
-- owner: stories
CREATE TABLE story (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    known TEXT NOT NULL,
    translation_id TEXT REFERENCES translation (id),
    -- EDITION/SLUG of the story it is a translation of, while that is not there.
    translation_wanted TEXT,
    updated_at BIGINT NOT NULL,
    UNIQUE (edition, slug),
    UNIQUE (translation_id, edition)
);

-- owner: stories
CREATE TABLE story_event (
    story_id TEXT NOT NULL REFERENCES story (id),
    place BIGINT NOT NULL,
    day TEXT NOT NULL,
    day_text TEXT,
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

-- owner: articles
CREATE TABLE image (
    id TEXT PRIMARY KEY,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- owner: articles
CREATE TABLE article (
    id TEXT PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES edition (slug),
    slug TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    kicker TEXT,
    headline TEXT NOT NULL,
    deck TEXT NOT NULL,
    -- The first words of the free part, where there is no deck.
    excerpt TEXT NOT NULL,
    dateline TEXT NOT NULL,
    -- values: Access
    access TEXT NOT NULL,
    story TEXT,
    translation_id TEXT REFERENCES translation (id),
    -- EDITION/SLUG of the article it is a translation of, while that is not there.
    translation_wanted TEXT,
    image_id TEXT REFERENCES image (id),
    image_alt TEXT,
    image_caption TEXT,
    image_place TEXT,
    image_date TEXT,
    image_credit TEXT,
    image_agency TEXT,
    body TEXT NOT NULL,
    pinned BOOLEAN NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (edition, slug),
    UNIQUE (translation_id, edition),
    FOREIGN KEY (edition, story) REFERENCES story (edition, slug) ON UPDATE CASCADE
);
CREATE INDEX article_by_edition ON article (edition, published_at, id);
CREATE INDEX article_pinned ON article (edition, published_at, id) WHERE pinned;
CREATE INDEX article_by_story ON article (edition, story, published_at, id);
CREATE INDEX article_by_time ON article (published_at, id);
CREATE INDEX article_by_translation_wanted ON article (translation_wanted) WHERE translation_wanted IS NOT NULL;

-- Who writes. Two may share a name; the slug tells them apart.
-- owner: articles
CREATE TABLE author (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX author_by_name ON author (name);

-- owner: articles
CREATE TABLE article_author (
    article_id TEXT NOT NULL REFERENCES article (id),
    author_id TEXT NOT NULL REFERENCES author (id),
    place BIGINT NOT NULL,
    PRIMARY KEY (article_id, author_id)
);
CREATE INDEX article_author_by_author ON article_author (author_id);

-- With the article's own moment, so that the archive of a topic is one range of an index.
-- owner: articles
CREATE TABLE article_topic (
    article_id TEXT NOT NULL REFERENCES article (id),
    topic_id TEXT NOT NULL REFERENCES topic (id),
    place BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, topic_id)
);
CREATE INDEX article_topic_by_topic ON article_topic (topic_id, published_at, article_id);

-- owner: articles
CREATE TABLE correction (
    article_id TEXT NOT NULL REFERENCES article (id),
    corrected_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (article_id, corrected_at)
);

-- owner: readers
CREATE TABLE reader (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    -- values: Lang
    language TEXT NOT NULL,
    terms_version TEXT,
    terms_accepted_at BIGINT,
    created_at BIGINT NOT NULL
);

-- owner: readers
CREATE TABLE device (
    id TEXT PRIMARY KEY,
    reader_id TEXT NOT NULL REFERENCES reader (id),
    cookie_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    -- values: DeviceKind
    kind TEXT NOT NULL,
    -- Tells it from the reader's other devices of the same label.
    number BIGINT NOT NULL DEFAULT 1,
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

-- A link in a mail: what it proves, for whom, until when. Used once. To sign in, a code may be typed instead of opening it.
-- owner: readers
CREATE TABLE proof (
    token_hash TEXT PRIMARY KEY,
    -- values: Purpose
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    -- Whose address it is about; not of a link that anybody may ask for.
    reader_id TEXT REFERENCES reader (id),
    payload TEXT,
    browser_hash TEXT NOT NULL,
    code_hash TEXT,
    -- Codes that were typed in that browser.
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX proof_by_email ON proof (email);
CREATE INDEX proof_by_browser ON proof (browser_hash);
CREATE INDEX proof_by_reader ON proof (reader_id);

-- owner: readers
CREATE TABLE staff (
    reader_id TEXT PRIMARY KEY REFERENCES reader (id),
    -- values: Role
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Readers who deleted their account, by a hash that nobody finds out whose it was. Kept in a file beside the database, too,
-- so that a backup from before does not bring them back (docs/adr/0013).
-- owner: readers
CREATE TABLE deleted_reader (
    mark TEXT PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);

-- What the paper says of itself: terms, privacy, who owns it. Rows are added and never changed, since readers agreed to them.
-- owner: about
CREATE TABLE about_version (
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    -- values: Lang
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (slug, version, language)
);

-- Pages that are shown to nobody for now.
-- owner: about
CREATE TABLE about_withdrawn (
    slug TEXT PRIMARY KEY,
    withdrawn_at BIGINT NOT NULL
);

-- What can be subscribed to: the publisher's own. A plan is hidden and never deleted, since subscriptions are of it.
-- owner: subscriptions
CREATE TABLE plan (
    slug TEXT PRIMARY KEY,
    least_seats BIGINT NOT NULL,
    most_seats BIGINT NOT NULL,
    -- values: Period
    period TEXT NOT NULL,
    trial_days BIGINT NOT NULL,
    place BIGINT NOT NULL,
    is_hidden BOOLEAN NOT NULL,
    -- values: Audience
    audience TEXT NOT NULL
);

-- owner: subscriptions
CREATE TABLE plan_text (
    plan TEXT NOT NULL REFERENCES plan (slug),
    -- values: Lang
    language TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (plan, language)
);

-- What a new paper begins with, for its publisher to change or hide.
INSERT INTO plan (slug, least_seats, most_seats, period, trial_days, place, is_hidden, audience) VALUES
    ('digital', 1, 1, 'agreed', 0, 1, FALSE, 'everybody'),
    ('premium', 2, 2, 'agreed', 0, 2, FALSE, 'everybody'),
    ('company', 1, 100000, 'agreed', 0, 3, FALSE, 'everybody');
INSERT INTO plan_text (plan, language, name, description) VALUES
    ('digital', 'en', 'Digital', 'For one person.'),
    ('digital', 'es', 'Digital', 'Para una persona.'),
    ('premium', 'en', 'Premium', 'For two people who like to read at the same time.'),
    ('premium', 'es', 'Premium', 'Para dos personas a las que les gusta leer a la vez.'),
    ('company', 'en', 'Company', 'For a team, an office or a school.'),
    ('company', 'es', 'Empresa', 'Para un equipo, una oficina o un centro de estudios.');

-- owner: subscriptions
CREATE TABLE subscription (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES reader (id),
    plan TEXT NOT NULL REFERENCES plan (slug),
    company_name TEXT,
    seats BIGINT NOT NULL,
    -- values: Provider
    provider TEXT NOT NULL,
    -- values: Reason
    reason TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    terms_version TEXT,
    terms_accepted_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX subscription_by_owner ON subscription (owner_id);
CREATE INDEX subscription_by_creation ON subscription (created_at, id);

-- All that happened to a subscription. Rows are added and never changed; owner, plan, seats, reason, start and end in
-- `subscription` are what follows from them (docs/adr/0013). What an event does not say is NULL and stays as it was.
-- owner: subscriptions
CREATE TABLE subscription_event (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    happened_at BIGINT NOT NULL,
    -- values: Happened
    what TEXT NOT NULL,
    owner_id TEXT,
    plan TEXT,
    seats BIGINT,
    -- values: Reason
    reason TEXT,
    until_at BIGINT,
    -- Who of the paper did it.
    staff_id TEXT,
    note TEXT
);
CREATE INDEX subscription_event_by_subscription ON subscription_event (subscription_id, happened_at);
CREATE INDEX subscription_by_end ON subscription (ends_at);

-- Which mails about the end of a subscription were sent: one of each kind for each end.
-- owner: subscriptions
CREATE TABLE end_notice (
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    ends_at BIGINT NOT NULL,
    -- values: EndNotice
    kind TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (subscription_id, ends_at, kind)
);

-- Who looks after a subscription beside its owner; they need no seat on it.
-- owner: subscriptions
CREATE TABLE subscription_admin (
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    reader_id TEXT NOT NULL REFERENCES reader (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (subscription_id, reader_id)
);
CREATE INDEX subscription_admin_by_reader ON subscription_admin (reader_id);

-- owner: subscriptions
CREATE TABLE seat (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    reader_id TEXT REFERENCES reader (id),
    email TEXT NOT NULL,
    -- values: SeatStatus
    status TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    invited_at BIGINT NOT NULL,
    accepted_at BIGINT,
    removed_at BIGINT,
    expires_at BIGINT,
    -- The job that sends the invitation; it is gone once the mail left.
    mail_job_id TEXT
);
-- For counting, and for the pages of those who look after seats: one range of an index, however many there are.
CREATE INDEX seat_by_status ON seat (subscription_id, status, expires_at);
CREATE INDEX seat_by_email ON seat (subscription_id, email, id) WHERE status <> 'removed';
CREATE INDEX seat_by_reader ON seat (reader_id);

-- All that was done about the seats of a subscription, for those who look after them. Kept for as long as it.
-- owner: subscriptions
CREATE TABLE seat_event (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    happened_at BIGINT NOT NULL,
    -- values: SeatChange
    what TEXT NOT NULL,
    -- Who did it; nobody for the command line, and for whoever has deleted their account.
    by_id TEXT,
    is_by_paper BOOLEAN NOT NULL,
    -- An address, a domain, a network or a number; nothing where it was the address of somebody who is gone.
    about TEXT
);
CREATE INDEX seat_event_by_subscription ON seat_event (subscription_id, happened_at, id);
CREATE INDEX seat_event_by_about ON seat_event (about);
CREATE INDEX seat_event_by_whom ON seat_event (by_id);

-- What happened to whom, so that the device message and support can explain themselves. Leases themselves are in memory.
-- owner: leases
CREATE TABLE lease_event (
    id TEXT PRIMARY KEY,
    reader_id TEXT NOT NULL,
    -- values: EventKind
    kind TEXT NOT NULL,
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
    -- values: EventKind
    kind TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, kind)
);

-- A reader's lease, for every node to compare and set. Only PostgreSQL fills it: an embedded database serves one node,
-- which has leases in memory.
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

-- What nodes have in memory and is different now: in which transaction, what kind of thing, and which. Only the triggers of
-- PostgreSQL fill it.
-- owner: base
CREATE TABLE change (
    txid BIGINT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);
CREATE INDEX change_by_txid ON change (txid);
