// The turns of a session in the order of time, whatever else its user said.

CREATE INDEX episode_session IF NOT EXISTS FOR (n:Episode) ON (n.session_id, n.occurred_at);
