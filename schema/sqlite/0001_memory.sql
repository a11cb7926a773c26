-- A memory in one SQLite file. Times are microseconds since 1970 in UTC; ids are text; JSON is text.
-- Everything hangs on a scope's key: 24 digits that stand for tenant and user (see memgraph.model.Scope).

CREATE TABLE scopes (
    key TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    user TEXT,
    agent TEXT,
    session TEXT,
    version INTEGER NOT NULL DEFAULT 0,  -- counts writes; a writer that read an older one has to read again
    epoch INTEGER NOT NULL DEFAULT 0     -- counts removals and replacements of vectors, for caches
) WITHOUT ROWID;

CREATE TABLE episodes (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL REFERENCES scopes (key),
    session_id TEXT NOT NULL,
    agent TEXT,
    session TEXT,
    place INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    message_id TEXT,
    metadata TEXT NOT NULL,
    revisions TEXT NOT NULL
);
CREATE INDEX episodes_by_time ON episodes (scope, occurred_at, place);
CREATE INDEX episodes_by_session ON episodes (session_id, occurred_at, place);

CREATE TABLE vectors (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,  -- episode | fact
    seq INTEGER NOT NULL,
    vector BLOB NOT NULL,  -- float32
    PRIMARY KEY (scope, kind, seq)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE episode_text USING fts5 (scope, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE fact_text USING fts5 (scope, text, tokenize = 'porter unicode61 remove_diacritics 2');

CREATE TABLE entities (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    aliases TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX entities_by_scope ON entities (scope);

CREATE TABLE names (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    first TEXT NOT NULL,  -- its first and last word, without titles
    last TEXT NOT NULL,
    entity TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX names_by_first ON names (scope, first);
CREATE INDEX names_by_last ON names (scope, last);
CREATE INDEX names_by_key ON names (scope, key);
CREATE INDEX names_by_entity ON names (entity);

CREATE TABLE links (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    rule TEXT NOT NULL,
    episode TEXT
) WITHOUT ROWID;
CREATE INDEX links_by_a ON links (a);
CREATE INDEX links_by_b ON links (b);

CREATE TABLE mentions (
    episode TEXT NOT NULL,
    name TEXT NOT NULL,
    surface TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (episode, name, surface, kind)
) WITHOUT ROWID;
CREATE INDEX mentions_by_name ON mentions (name, surface, kind, episode);

CREATE TABLE assertions (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    episode TEXT NOT NULL,
    subject TEXT NOT NULL,  -- a name
    object_name TEXT,
    body TEXT NOT NULL  -- the rest, as JSON
) WITHOUT ROWID;
CREATE INDEX assertions_by_episode ON assertions (episode);

CREATE TABLE facts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    slot TEXT NOT NULL,
    subject TEXT NOT NULL,  -- an entity
    predicate TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    object_entity TEXT,
    object_value TEXT,
    object_text TEXT NOT NULL,
    text TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    recorded_at INTEGER NOT NULL,
    retired_at INTEGER,
    confidence REAL NOT NULL,
    status TEXT NOT NULL,
    rule TEXT NOT NULL,
    why TEXT NOT NULL,
    superseded_by TEXT,
    source_ids TEXT NOT NULL
);
CREATE INDEX facts_by_slot ON facts (slot);
CREATE INDEX facts_by_subject ON facts (subject, predicate);
CREATE INDEX facts_by_object ON facts (object_entity);
CREATE INDEX facts_by_predicate ON facts (scope, predicate);

CREATE TABLE evidence (
    fact TEXT NOT NULL,
    assertion TEXT NOT NULL,
    episode TEXT NOT NULL,
    role TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (fact, assertion, role)
) WITHOUT ROWID;
CREATE INDEX evidence_by_assertion ON evidence (assertion);
CREATE INDEX evidence_by_episode ON evidence (episode);

CREATE TABLE pending (
    episode TEXT NOT NULL,
    scope TEXT NOT NULL,
    need TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    PRIMARY KEY (episode, need)
) WITHOUT ROWID;
