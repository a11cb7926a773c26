-- Who or what was mentioned last is read off an index, however often it was mentioned.

ALTER TABLE mentions ADD COLUMN occurred_at INTEGER NOT NULL DEFAULT 0;  -- of the episode
UPDATE mentions SET occurred_at = coalesce((SELECT e.occurred_at FROM episodes e WHERE e.id = mentions.episode), 0);
DROP INDEX mentions_by_name;
CREATE INDEX mentions_by_time ON mentions (name, occurred_at DESC, episode);
