"""The tables of the first version; `migrations` leads from them to those of today.  May import: nothing.

Times are microseconds since 1970 in UTC; `''` in an account's column means all accounts, or the bot itself.
"""

from __future__ import annotations

FEEDS = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    active INTEGER NOT NULL DEFAULT 1,
    next_at INTEGER,
    muted TEXT,
    distrusted INTEGER NOT NULL DEFAULT 0,   -- restored: what its next poll brings is known, but not offered
    state TEXT NOT NULL           -- the rest of FeedState, packed
);
CREATE INDEX feeds_due ON feeds (next_at) WHERE active AND muted IS NULL;

CREATE TABLE hosts (host TEXT PRIMARY KEY, hold_until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE subscriptions (      -- WebSub: what was agreed with hubs; the secrets are not here
    id TEXT PRIMARY KEY,          -- the unguessable end of the callback
    feed TEXT NOT NULL,           -- the feed's url
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    callback TEXT NOT NULL,
    pending TEXT NOT NULL,        -- subscribe, unsubscribe, ''
    lease_until INTEGER,
    ask_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    problem TEXT NOT NULL DEFAULT '',
    delivered_at INTEGER
) WITHOUT ROWID;

CREATE TABLE entries (            -- every key ever seen, for ever
    feed INTEGER NOT NULL REFERENCES feeds (id),
    key BLOB NOT NULL,            -- 16 bytes
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    published INTEGER,
    first_seen INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    canonical TEXT NOT NULL,
    title_mark INTEGER NOT NULL,  -- 64 bits of its folded title; 0: too short to mean anything
    matched TEXT NOT NULL DEFAULT '[]',
    same_as INTEGER,
    candidate INTEGER,
    UNIQUE (feed, key)
);
CREATE INDEX entries_canonical ON entries (canonical, feed) WHERE canonical != '';
CREATE INDEX entries_title ON entries (feed, title_mark) WHERE title_mark != 0;

CREATE TABLE candidates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed TEXT NOT NULL,           -- the feed's url; '' for what the owner found
    feed_title TEXT NOT NULL,
    key TEXT NOT NULL,
    link TEXT NOT NULL,
    canonical TEXT NOT NULL,
    title TEXT NOT NULL,
    html TEXT NOT NULL,           -- until it is shared or expired
    author TEXT NOT NULL,
    published INTEGER,
    first_seen INTEGER NOT NULL,
    language TEXT,
    own INTEGER NOT NULL,
    note TEXT,
    owner_find INTEGER NOT NULL DEFAULT 0,
    title_key TEXT NOT NULL DEFAULT '',
    simhash INTEGER NOT NULL DEFAULT 0,   -- the 64 bits as a signed number
    categories TEXT NOT NULL,
    tags TEXT NOT NULL,
    hashtags TEXT NOT NULL,
    sources TEXT NOT NULL,
    matched TEXT NOT NULL
);
CREATE INDEX candidates_offer ON candidates (owner_find, id);
CREATE INDEX candidates_feed ON candidates (feed);
CREATE INDEX candidates_canonical ON candidates (canonical);
CREATE INDEX candidates_title ON candidates (title_key) WHERE title_key != '';
CREATE INDEX candidates_seen ON candidates (first_seen);
CREATE INDEX candidates_link ON candidates (link);

CREATE TABLE decisions (
    account TEXT NOT NULL,
    candidate INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, candidate)
) WITHOUT ROWID;
CREATE INDEX decisions_candidate ON decisions (candidate);

CREATE VIRTUAL TABLE archive USING fts5 (title, summary, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE archive_words USING fts5vocab (archive, row);
"""

DELIVERIES = """
CREATE TABLE accounts (
    name TEXT PRIMARY KEY,        -- '' is the whole bot
    known_since INTEGER,
    paused_at INTEGER,
    paused_until INTEGER,
    hold_until INTEGER,
    hold_reason TEXT NOT NULL DEFAULT '',
    locked_out TEXT
) WITHOUT ROWID;

CREATE TABLE slots (
    account TEXT NOT NULL,
    identity TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,          -- filled, passed_over
    reason TEXT NOT NULL,
    outbox INTEGER,
    PRIMARY KEY (account, identity)
) WITHOUT ROWID;
CREATE INDEX slots_at ON slots (account, at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    looks INTEGER NOT NULL DEFAULT 0,
    key TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    link TEXT,
    language TEXT,
    visibility TEXT,
    title TEXT NOT NULL,
    reply_to TEXT,
    reply_to_author TEXT,
    reply_context TEXT NOT NULL,
    candidate INTEGER,
    mention INTEGER,
    slot TEXT,
    created_at INTEGER NOT NULL,
    not_before INTEGER,
    sent_at INTEGER,              -- of the last attempt
    first_sent_at INTEGER,        -- of the first attempt under this key
    ever_sent_at INTEGER,         -- of the first attempt at all: looking for it starts there
    settled_at INTEGER,
    remote_id TEXT,
    remote_url TEXT,
    receipt_note TEXT,
    UNIQUE (account, dedupe_key)
);
CREATE INDEX outbox_open ON outbox (account, state, kind, id);
CREATE INDEX outbox_sent ON outbox (account, kind, sent_at);
CREATE INDEX outbox_settled ON outbox (settled_at, id) WHERE state = 'sent' AND kind = 'post';
CREATE INDEX outbox_created ON outbox (account, created_at);
CREATE INDEX outbox_link ON outbox (link) WHERE link IS NOT NULL;
CREATE INDEX outbox_remote ON outbox (remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX outbox_url ON outbox (remote_url) WHERE remote_url IS NOT NULL;
CREATE INDEX outbox_dedupe ON outbox (dedupe_key);
CREATE INDEX outbox_mention ON outbox (mention) WHERE mention IS NOT NULL;
CREATE INDEX outbox_candidate ON outbox (candidate) WHERE candidate IS NOT NULL;

CREATE TABLE notices (subject TEXT PRIMARY KEY, text TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
"""

CONVERSATIONS = """
CREATE TABLE cursors (account TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE mentions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    thread TEXT NOT NULL,
    in_reply_to TEXT,
    about INTEGER,
    bot INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    visibility TEXT,
    language TEXT,
    context TEXT NOT NULL,
    state TEXT NOT NULL,          -- new, answered, unanswered, skipped, withdrawn
    reason TEXT NOT NULL DEFAULT '',
    answered_at INTEGER,
    rule TEXT,
    match TEXT,                   -- the whole Match, packed
    details TEXT NOT NULL DEFAULT '{}',
    taught TEXT,                  -- not used
    UNIQUE (account, remote_id)
);
CREATE INDEX mentions_state ON mentions (state, id) WHERE state IN ('new', 'unanswered');
CREATE INDEX mentions_person ON mentions (account, author, rule, answered_at);
CREATE INDEX mentions_owner ON mentions (account, id) WHERE owner = 1;
CREATE INDEX mentions_thread ON mentions (account, thread) WHERE thread != '';

CREATE TABLE people (
    account TEXT NOT NULL,        -- '' where a person's word counts everywhere
    person TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',      -- not used, like the next three
    bot INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    last_at INTEGER,
    opted_out_at INTEGER,
    pause_told_until INTEGER,
    PRIMARY KEY (account, person)
) WITHOUT ROWID;

CREATE TABLE blocks (what TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE rules (
    id TEXT NOT NULL,
    layer TEXT NOT NULL,          -- file, taught
    position INTEGER NOT NULL,
    rule TEXT NOT NULL,           -- packed
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (layer, id)
) WITHOUT ROWID;

CREATE TABLE rule_history (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    what TEXT NOT NULL,           -- added, changed, removed
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    rule TEXT NOT NULL            -- as it was after (removed: before) the change
);
CREATE INDEX rule_history_id ON rule_history (id);

CREATE TABLE rule_usage (id TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE follows (
    account TEXT NOT NULL,
    person TEXT NOT NULL,
    topic TEXT NOT NULL,          -- folded
    words TEXT NOT NULL,
    mention INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (account, person, topic)
) WITHOUT ROWID;

CREATE TABLE reminders (mention INTEGER PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, made_at INTEGER NOT NULL);
CREATE INDEX reminders_at ON reminders (at);

CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,           -- post, mention, reply
    outbox INTEGER UNIQUE,
    mention INTEGER UNIQUE,
    created_at INTEGER NOT NULL
);
"""

TABLES = FEEDS + DELIVERIES + CONVERSATIONS
