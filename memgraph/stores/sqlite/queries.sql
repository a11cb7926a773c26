-- The statements of the SQLite store. Lists come in as JSON arrays and are opened with json_each.
-- A plus before a scope keeps SQLite from reading all of the scope instead of the few rows that are named.

-- name: scope_version
SELECT version, epoch FROM scopes WHERE key = ?

-- name: scope_claim
INSERT INTO scopes (key, tenant, user, agent, session) VALUES (:key, :tenant, :user, :agent, :session)
ON CONFLICT (key) DO NOTHING

-- name: scope_advance
UPDATE scopes SET version = version + 1, epoch = epoch + :stale
WHERE key = :key AND (:version IS NULL OR version = :version)

-- name: scopes_all
SELECT key, tenant, user, agent, session FROM scopes WHERE :key IS NULL OR key = :key ORDER BY key

-- name: episodes_by_id
SELECT * FROM episodes WHERE +scope = :scope AND id IN (SELECT value FROM json_each(:ids))

-- name: episodes_by_seq
SELECT seq, id, speaker, content, occurred_at, agent, session, role, recorded_at, place, message_id, metadata, revisions
FROM episodes WHERE seq IN (SELECT value FROM json_each(:seqs))

-- name: episodes_between
SELECT * FROM episodes
WHERE scope = :scope
    AND occurred_at >= :since AND occurred_at < :until AND recorded_at <= :known_at
    AND (:agent IS NULL OR agent = :agent) AND (:session IS NULL OR session = :session)
ORDER BY occurred_at, place, id LIMIT :limit

-- name: episodes_latest
SELECT * FROM episodes
WHERE scope = :scope
    AND occurred_at >= :since AND occurred_at < :until AND recorded_at <= :known_at
    AND (:agent IS NULL OR agent = :agent) AND (:session IS NULL OR session = :session)
ORDER BY occurred_at DESC, place DESC, id DESC LIMIT :limit

-- name: turns
SELECT * FROM (
    SELECT * FROM episodes WHERE session_id = :session AND occurred_at < :since AND role <> 'note'
    ORDER BY occurred_at DESC, place DESC, id DESC LIMIT :before
)
UNION ALL
SELECT * FROM episodes WHERE session_id = :session AND occurred_at >= :since AND role <> 'note'
ORDER BY occurred_at, place, id

-- name: episode_seqs_within
SELECT seq FROM episodes
WHERE scope = :scope AND occurred_at <= :as_of AND recorded_at <= :known_at
    AND (:agent IS NULL OR agent = :agent) AND (:session IS NULL OR session = :session)
ORDER BY seq

-- name: episode_owner
SELECT s.tenant, s.user, s.agent, s.session FROM episodes e JOIN scopes s ON s.key = e.scope WHERE e.id = ?

-- name: episode_insert
INSERT INTO episodes (id, scope, session_id, agent, session, place, speaker, role, content, occurred_at,
    recorded_at, message_id, metadata, revisions)
VALUES (:id, :scope, :session_id, :agent, :session, :place, :speaker, :role, :content, :occurred_at,
    :recorded_at, :message_id, :metadata, :revisions)
ON CONFLICT (id) DO UPDATE SET content = excluded.content, revisions = excluded.revisions,
    metadata = excluded.metadata
RETURNING seq

-- name: episode_delete
DELETE FROM episodes WHERE id = ? RETURNING seq

-- name: episode_text_insert
INSERT INTO episode_text (rowid, scope, text) VALUES (?, ?, ?)

-- name: episode_text_delete
DELETE FROM episode_text WHERE rowid = ?

-- name: fact_text_insert
INSERT INTO fact_text (rowid, scope, text) VALUES (?, ?, ?)

-- name: fact_text_delete
DELETE FROM fact_text WHERE rowid = ?

-- name: episode_seq
SELECT seq FROM episodes WHERE id = ?

-- name: fact_seq
SELECT seq FROM facts WHERE id = ?

-- name: vector_put
INSERT OR REPLACE INTO vectors (scope, kind, seq, vector) VALUES (?, ?, ?, ?)

-- name: vector_delete
DELETE FROM vectors WHERE scope = ? AND kind = ? AND seq = ?

-- name: vectors_after
SELECT v.seq, v.vector, e.session_id, e.occurred_at, e.place
FROM vectors v LEFT JOIN episodes e ON v.kind = 'episode' AND e.seq = v.seq
WHERE v.scope = :scope AND v.kind = :kind AND v.seq > :after ORDER BY v.seq

-- name: last_places
SELECT session_id, max(place) AS place FROM episodes
WHERE session_id IN (SELECT value FROM json_each(:sessions)) GROUP BY session_id

-- name: names_like
SELECT entity FROM names WHERE id IN (SELECT value FROM json_each(:names))
UNION
SELECT entity FROM names WHERE scope = :scope AND first IN (SELECT value FROM json_each(:words))
UNION
SELECT entity FROM names WHERE scope = :scope AND last IN (SELECT value FROM json_each(:words))
UNION
SELECT value FROM json_each(:entities)

-- name: names_of_entities
SELECT id, key, text, kind, entity FROM names
WHERE +scope = :scope AND entity IN (SELECT value FROM json_each(:entities))

-- name: links_of_names
SELECT id, a, b, rule, episode FROM links WHERE a IN (SELECT value FROM json_each(:names))
UNION
SELECT id, a, b, rule, episode FROM links WHERE b IN (SELECT value FROM json_each(:names))

-- name: names_mentioned
SELECT DISTINCT name FROM mentions WHERE episode IN (SELECT value FROM json_each(:episodes))

-- name: mentions_elsewhere
SELECT DISTINCT name, surface, kind FROM mentions
WHERE name IN (SELECT value FROM json_each(:names)) AND episode NOT IN (SELECT value FROM json_each(:episodes))

-- name: name_put
INSERT INTO names (id, scope, key, text, kind, first, last, entity)
VALUES (:id, :scope, :key, :text, :kind, :first, :last, :entity)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, kind = excluded.kind, entity = excluded.entity

-- name: name_delete
DELETE FROM names WHERE id = ?

-- name: entity_put
INSERT INTO entities (id, scope, name, kind, aliases) VALUES (:id, :scope, :name, :kind, :aliases)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, aliases = excluded.aliases

-- name: entity_delete
DELETE FROM entities WHERE id = ?

-- name: entities_all
SELECT id, name, kind, aliases FROM entities WHERE scope = :scope ORDER BY name, id

-- name: entities_by_key
SELECT id, name, kind, aliases FROM entities WHERE +scope = :scope AND id IN (
    SELECT value FROM json_each(:keys)
    UNION SELECT entity FROM names WHERE scope = :scope AND key IN (SELECT value FROM json_each(:keys))
    UNION SELECT entity FROM names WHERE scope = :scope
        AND id IN (SELECT 'na_' || substr(value, 4) FROM json_each(:keys))
) ORDER BY name, id

-- name: entity_owner
SELECT s.tenant, s.user, s.agent, s.session FROM names n JOIN scopes s ON s.key = n.scope
WHERE n.id = 'na_' || substr(?, 4)

-- name: link_put
INSERT OR REPLACE INTO links (id, scope, a, b, rule, episode) VALUES (:id, :scope, :a, :b, :rule, :episode)

-- name: link_delete
DELETE FROM links WHERE id = ?

-- name: mention_put
INSERT INTO mentions (episode, name, surface, kind, occurred_at)
SELECT id, :name, :surface, :kind, occurred_at FROM episodes WHERE id = :episode ON CONFLICT DO NOTHING

-- name: mentions_delete
DELETE FROM mentions WHERE episode = ?

-- name: slots_of
SELECT slot FROM facts WHERE slot IN (SELECT value FROM json_each(:slots)) AND +scope = :scope
UNION
SELECT slot FROM facts WHERE subject IN (SELECT value FROM json_each(:entities)) AND +scope = :scope
UNION
SELECT slot FROM facts WHERE object_entity IN (SELECT value FROM json_each(:entities)) AND +scope = :scope
UNION
SELECT f.slot FROM evidence e JOIN facts f ON f.id = e.fact
WHERE e.episode IN (SELECT value FROM json_each(:episodes)) AND +f.scope = :scope

-- name: facts_of_slots
SELECT * FROM facts WHERE slot IN (SELECT value FROM json_each(:slots)) ORDER BY seq

-- name: facts_by_id
SELECT * FROM facts WHERE +scope = :scope AND id IN (SELECT value FROM json_each(:ids)) ORDER BY seq

-- name: facts_by_assertion
SELECT f.* FROM evidence e JOIN facts f ON f.id = e.fact
WHERE +f.scope = :scope AND e.role = 'supports'
    AND e.assertion IN (SELECT 'as_' || substr(value, 4) FROM json_each(:ids))

-- name: facts_by_subject
SELECT * FROM facts WHERE +scope = :scope AND subject IN (SELECT value FROM json_each(:subjects))
    AND (:predicate IS NULL OR predicate = :predicate) ORDER BY seq

-- name: facts_by_predicate
SELECT * FROM facts WHERE scope = :scope AND predicate = :predicate ORDER BY seq

-- name: facts_all
SELECT * FROM facts WHERE scope = :scope ORDER BY seq

-- name: facts_by_seq
SELECT * FROM facts WHERE seq IN (SELECT value FROM json_each(:seqs))
    AND (:is_any OR status <> 'retracted' AND valid_from <= :as_of AND (valid_to IS NULL OR valid_to > :since))

-- name: fact_owner
SELECT s.tenant, s.user, s.agent, s.session FROM facts f JOIN scopes s ON s.key = f.scope WHERE f.id = ?1
UNION
SELECT s.tenant, s.user, s.agent, s.session FROM assertions a JOIN scopes s ON s.key = a.scope
WHERE a.id = 'as_' || substr(?1, 4)

-- name: fact_put
INSERT INTO facts (id, scope, slot, subject, predicate, qualifier, object_entity, object_value, object_text, text,
    valid_from, valid_to, recorded_at, retired_at, confidence, status, rule, why, superseded_by, source_ids)
VALUES (:id, :scope, :slot, :subject, :predicate, :qualifier, :object_entity, :object_value, :object_text, :text,
    :valid_from, :valid_to, :recorded_at, :retired_at, :confidence, :status, :rule, :why, :superseded_by, :source_ids)
ON CONFLICT (id) DO UPDATE SET slot = excluded.slot, subject = excluded.subject, predicate = excluded.predicate,
    qualifier = excluded.qualifier, object_entity = excluded.object_entity, object_value = excluded.object_value,
    object_text = excluded.object_text, text = excluded.text, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, recorded_at = excluded.recorded_at, retired_at = excluded.retired_at,
    confidence = excluded.confidence, status = excluded.status, rule = excluded.rule, why = excluded.why,
    superseded_by = excluded.superseded_by, source_ids = excluded.source_ids
RETURNING seq

-- name: fact_delete
DELETE FROM facts WHERE id = ? RETURNING seq

-- name: evidence_put
INSERT INTO evidence (fact, assertion, episode, role, position) VALUES (?, ?, ?, ?, ?)

-- name: evidence_delete
DELETE FROM evidence WHERE fact = ?

-- name: evidence_of_facts
SELECT fact, assertion, episode, role FROM evidence
WHERE fact IN (SELECT value FROM json_each(:facts)) ORDER BY fact, position

-- name: assertion_put
INSERT OR REPLACE INTO assertions (id, scope, episode, subject, object_name, body)
VALUES (:id, :scope, :episode, :subject, :object_name, :body)

-- name: assertion_delete
DELETE FROM assertions WHERE id = ?

-- name: assertions_by_id
SELECT body FROM assertions WHERE id IN (SELECT value FROM json_each(:ids))

-- name: identities_of
SELECT n.id AS name, e.id, e.name AS entity_name, e.kind, e.aliases FROM names n JOIN entities e ON e.id = n.entity
WHERE n.id IN (SELECT value FROM json_each(:names))

-- name: entities_by_id
SELECT id, name, kind, aliases FROM entities WHERE id IN (SELECT value FROM json_each(:ids))

-- name: pending_put
INSERT OR REPLACE INTO pending (episode, scope, need, error, attempts, retry_at)
VALUES (:episode, :scope, :need, :error, :attempts, :retry_at)

-- name: pending_delete
DELETE FROM pending WHERE episode = ?

-- name: pending_all
SELECT p.episode, p.need, p.error, p.attempts, p.retry_at, s.tenant, s.user, s.agent, s.session
FROM pending p JOIN scopes s ON s.key = p.scope WHERE :key IS NULL OR s.key = :key ORDER BY p.retry_at, p.episode

-- name: episodes_holding
SELECT group_concat(rowid) FROM (SELECT rowid FROM episode_text WHERE episode_text MATCH :match LIMIT :most)

-- name: facts_holding
SELECT group_concat(rowid) FROM (SELECT rowid FROM fact_text WHERE fact_text MATCH :match LIMIT :most)

-- name: last_episode
SELECT max(seq) FROM episodes

-- name: last_fact
SELECT max(seq) FROM facts

-- name: episodes_owned
SELECT seq FROM episodes WHERE seq IN (SELECT value FROM json_each(:seqs)) AND +scope = :scope

-- name: facts_owned
SELECT seq FROM facts WHERE seq IN (SELECT value FROM json_each(:seqs)) AND +scope = :scope

-- name: entities_named
SELECT entity FROM names WHERE scope = :scope AND key IN (SELECT value FROM json_each(:keys))
UNION
SELECT entity FROM names WHERE scope = :scope AND first IN (SELECT value FROM json_each(:words))
UNION
SELECT entity FROM names WHERE scope = :scope AND last IN (SELECT value FROM json_each(:words))

-- name: facts_around
SELECT seq, id, subject, object_entity, valid_from FROM facts
WHERE +scope = :scope AND subject IN (SELECT value FROM json_each(:entities))
    AND (:is_any OR status <> 'retracted' AND valid_from <= :as_of AND (valid_to IS NULL OR valid_to > :since))
UNION
SELECT seq, id, subject, object_entity, valid_from FROM facts
WHERE +scope = :scope AND object_entity IN (SELECT value FROM json_each(:entities))
    AND (:is_any OR status <> 'retracted' AND valid_from <= :as_of AND (valid_to IS NULL OR valid_to > :since))
ORDER BY valid_from DESC LIMIT :pool

-- name: episodes_of_facts
SELECT fact, episode FROM evidence WHERE fact IN (SELECT value FROM json_each(:facts))

-- name: evidence_seqs
SELECT p.seq FROM evidence e JOIN episodes p ON p.id = e.episode
WHERE e.fact IN (SELECT value FROM json_each(:facts)) ORDER BY p.occurred_at DESC LIMIT :pool

-- name: names_of
SELECT id, entity FROM names WHERE entity IN (SELECT value FROM json_each(:entities))

-- name: latest_mentions
SELECT DISTINCT episode, occurred_at FROM mentions WHERE name = :name
ORDER BY occurred_at DESC, episode LIMIT :pool

-- name: episode_seqs
SELECT seq FROM episodes WHERE id IN (SELECT value FROM json_each(:ids))

-- name: mentions_of_episodes
SELECT m.episode, m.name, m.surface, m.kind FROM mentions m JOIN episodes e ON e.id = m.episode
WHERE m.episode IN (SELECT value FROM json_each(:episodes)) AND +e.scope = :scope
ORDER BY m.episode, m.name, m.surface, m.kind

-- name: stats
SELECT (SELECT count(*) FROM episodes WHERE :key IS NULL OR scope = :key) AS episodes,
    (SELECT count(DISTINCT session_id) FROM episodes WHERE :key IS NULL OR scope = :key) AS sessions,
    (SELECT count(*) FROM entities WHERE :key IS NULL OR scope = :key) AS entities,
    (SELECT count(*) FROM facts WHERE :key IS NULL OR scope = :key) AS facts,
    (SELECT count(*) FROM facts WHERE status = 'current' AND (:key IS NULL OR scope = :key)) AS current_facts,
    (SELECT count(*) FROM facts WHERE status = 'disputed' AND (:key IS NULL OR scope = :key)) AS disputed_facts,
    (SELECT count(*) FROM pending WHERE :key IS NULL OR scope = :key) AS pending

-- name: wipe_episode_text
DELETE FROM episode_text WHERE rowid IN (SELECT seq FROM episodes WHERE scope = :key)

-- name: wipe_fact_text
DELETE FROM fact_text WHERE rowid IN (SELECT seq FROM facts WHERE scope = :key)

-- name: wipe_evidence
DELETE FROM evidence WHERE fact IN (SELECT id FROM facts WHERE scope = :key)

-- name: wipe_mentions
DELETE FROM mentions WHERE episode IN (SELECT id FROM episodes WHERE scope = :key)

-- name: wipe_vectors
DELETE FROM vectors WHERE scope = :key

-- name: wipe_names
DELETE FROM names WHERE scope = :key

-- name: wipe_entities
DELETE FROM entities WHERE scope = :key

-- name: wipe_links
DELETE FROM links WHERE scope = :key

-- name: wipe_assertions
DELETE FROM assertions WHERE scope = :key

-- name: wipe_pending
DELETE FROM pending WHERE scope = :key

-- name: wipe_facts
DELETE FROM facts WHERE scope = :key

-- name: wipe_episodes
DELETE FROM episodes WHERE scope = :key

-- name: wipe_scope
UPDATE scopes SET epoch = epoch + 1, version = version + 1 WHERE key = :key

-- name: check_facts_without_evidence
SELECT id FROM facts WHERE id NOT IN (SELECT fact FROM evidence WHERE role = 'supports')

-- name: check_evidence_without_fact
SELECT fact FROM evidence WHERE fact NOT IN (SELECT id FROM facts)

-- name: check_evidence_without_episode
SELECT fact FROM evidence WHERE episode NOT IN (SELECT id FROM episodes)

-- name: check_assertions_unused
SELECT id FROM assertions WHERE id NOT IN (SELECT assertion FROM evidence)

-- name: check_facts_without_subject
SELECT id FROM facts WHERE subject NOT IN (SELECT id FROM entities)
    OR (object_entity IS NOT NULL AND object_entity NOT IN (SELECT id FROM entities))

-- name: check_names_without_entity
SELECT id FROM names WHERE entity NOT IN (SELECT id FROM entities)

-- name: check_entities_without_name
SELECT id FROM entities WHERE id NOT IN (SELECT entity FROM names)

-- name: check_mentions_without_episode
SELECT episode FROM mentions WHERE episode NOT IN (SELECT id FROM episodes)

-- name: check_episodes_without_vector
SELECT e.id FROM episodes e LEFT JOIN vectors v ON v.scope = e.scope AND v.kind = 'episode' AND v.seq = e.seq
WHERE v.seq IS NULL AND e.id NOT IN (SELECT episode FROM pending WHERE need = 'embed')

-- name: check_episodes_without_text
SELECT id FROM episodes WHERE seq NOT IN (SELECT rowid FROM episode_text)
