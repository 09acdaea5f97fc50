-- A journal as version 1 of the program wrote it: one run of two rows, one done and one still pending.
CREATE TABLE control (
	seq INTEGER NOT NULL,
	run_id VARCHAR(32) NOT NULL,
	command VARCHAR(16) NOT NULL,
	who TEXT NOT NULL,
	at VARCHAR(32) NOT NULL,
	acked_at VARCHAR(32),
	PRIMARY KEY (seq)
);
CREATE INDEX ix_control_run_id ON control (run_id);
CREATE TABLE learned (
	"key" VARCHAR(200) NOT NULL,
	value TEXT NOT NULL,
	at VARCHAR(32) NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE orders (
	run_id VARCHAR(32) NOT NULL,
	seq INTEGER NOT NULL,
	order_id VARCHAR(48) NOT NULL,
	total INTEGER NOT NULL,
	n_pending INTEGER NOT NULL,
	n_running INTEGER NOT NULL,
	n_done INTEGER NOT NULL,
	n_unchanged INTEGER NOT NULL,
	n_failed INTEGER NOT NULL,
	n_invalid INTEGER NOT NULL,
	n_unknown INTEGER NOT NULL,
	n_conflict INTEGER NOT NULL,
	n_cancelled INTEGER NOT NULL,
	n_excluded INTEGER NOT NULL,
	n_create INTEGER NOT NULL,
	n_change INTEGER NOT NULL,
	n_blocked INTEGER NOT NULL,
	PRIMARY KEY (run_id, seq),
	UNIQUE (order_id)
);
CREATE TABLE rows (
	run_id VARCHAR(32) NOT NULL,
	line INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	state VARCHAR(12) NOT NULL,
	entity TEXT,
	label TEXT NOT NULL,
	group_name TEXT NOT NULL,
	params TEXT NOT NULL,
	"before" TEXT,
	change TEXT,
	"after" TEXT,
	intent_open BOOLEAN NOT NULL,
	attempt INTEGER NOT NULL,
	sent_at VARCHAR(32),
	mark TEXT,
	ticket TEXT,
	settled BOOLEAN NOT NULL,
	code TEXT,
	message TEXT,
	notes TEXT,
	tracking_id TEXT,
	started_at VARCHAR(32),
	ended_at VARCHAR(32),
	seconds FLOAT,
	PRIMARY KEY (run_id, line)
);
CREATE INDEX rows_entity ON rows (run_id, entity);
CREATE TABLE runs (
	run_id VARCHAR(32) NOT NULL,
	action_id VARCHAR(80) NOT NULL,
	state VARCHAR(32) NOT NULL,
	reason TEXT,
	dry_run BOOLEAN NOT NULL,
	created_at VARCHAR(32) NOT NULL,
	started_at VARCHAR(32),
	ended_at VARCHAR(32),
	target TEXT NOT NULL,
	org_id TEXT,
	org_name TEXT,
	person TEXT,
	bulk BOOLEAN NOT NULL,
	chunk_size INTEGER NOT NULL,
	workers INTEGER NOT NULL,
	options TEXT NOT NULL,
	settings TEXT NOT NULL,
	mapping TEXT NOT NULL,
	scope TEXT NOT NULL,
	files TEXT NOT NULL,
	note TEXT NOT NULL,
	parent VARCHAR(32),
	requests INTEGER NOT NULL,
	retries INTEGER NOT NULL,
	rate_limited INTEGER NOT NULL,
	owner TEXT,
	PRIMARY KEY (run_id)
);
CREATE TABLE schema_version (
	version INTEGER NOT NULL,
	PRIMARY KEY (version)
);
INSERT INTO schema_version VALUES (1);
INSERT INTO runs (run_id, action_id, state, dry_run, created_at, target, org_id, bulk, chunk_size, workers, options, settings,
  mapping, scope, files, note, requests, retries, rate_limited)
VALUES ('20250102-0304-abc', 'usuarios_configurar_desvio_prefijo53', 'paused', 0, '2025-01-02T02:04:00.000+00:00',
  'https://webexapis.com/v1', 'org', 1, 200, 32, '{}', '{"max_attempts":8}', '{"extension":"ext"}', '{}',
  '[{"name":"usuarios","file_name":"USUARIOS.CSV","sha256":"00","rows":2}]', 'fase 1', 7, 1, 0);
INSERT INTO orders (run_id, seq, order_id, total, n_pending, n_running, n_done, n_unchanged, n_failed, n_invalid, n_unknown,
  n_conflict, n_cancelled, n_excluded, n_create, n_change, n_blocked)
VALUES ('20250102-0304-abc', 2, '20250102-0304-abc-r2', 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO rows (run_id, line, seq, state, entity, label, group_name, params, "before", change, "after", intent_open, attempt,
  settled)
VALUES ('20250102-0304-abc', 2, 2, 'done', 'p1', 'Ana · 1000', 'Madrid', '{"person_id":"p1","extension":"1000"}',
    '{"always":{"enabled":false}}', '{"always":[{"enabled":false},{"enabled":true}]}', '{"always":{"enabled":true}}', 0, 1, 0),
  ('20250102-0304-abc', 3, 2, 'pending', 'p2', 'Íñigo · 1001', 'Madrid', '{"person_id":"p2","extension":"1001"}',
    NULL, NULL, NULL, 0, 0, 0);
INSERT INTO control (run_id, command, who, at, acked_at) VALUES ('20250102-0304-abc', 'pause', 'ana', '2025-01-02T02:05:00.000+00:00', '2025-01-02T02:05:00.100+00:00');
INSERT INTO learned VALUES ('pace:https://webexapis.com/v1|org', '{"limit":12.5}', '2025-01-02T02:05:00.000+00:00');
