-- What the queries of logs.sql and questions.sql stand on. Variables: `files`, a list of log files or patterns, and
-- `moment`, the time (UTC) at which one looks. A line that is no JSON is left out; `source` is the file of a process.
CREATE OR REPLACE TEMP MACRO moment() AS getvariable('moment')::TIMESTAMP;

CREATE OR REPLACE TEMP TABLE logs AS
SELECT (json->>'ts')::TIMESTAMPTZ AT TIME ZONE 'UTC' AS ts, json->>'level' AS level, json->>'event' AS event,
    json->>'service' AS service, parse_filename(filename) AS source, json AS line
FROM read_json_objects(getvariable('files'), format = 'newline_delimited', filename = true, ignore_errors = true)
WHERE json->>'event' IS NOT NULL AND json->>'ts' IS NOT NULL;

CREATE OR REPLACE TEMP VIEW figures AS SELECT * FROM logs WHERE event = 'service.figures';

CREATE OR REPLACE TEMP VIEW database_figures AS
SELECT ts, service, source, told->>'database' AS database, (told->>'outbox_depth')::INT AS outbox_depth,
    (told->>'outbox_oldest_seconds')::DOUBLE AS outbox_oldest_seconds, (told->>'outbox_limit')::INT AS outbox_limit,
    (told->>'keys_waiting')::INT AS keys_waiting, (told->>'keys_waiting_seconds')::DOUBLE AS keys_waiting_seconds,
    told->'dead_letters' AS dead_letters
FROM (SELECT *, unnest((line->'databases')::JSON[]) AS told FROM figures);

CREATE OR REPLACE TEMP VIEW group_figures AS
SELECT ts, service, source, told->>'group' AS "group", (told->>'behind')::INT AS behind,
    (told->>'batch_seconds')::DOUBLE AS batch_seconds
FROM (SELECT *, unnest((line->'groups')::JSON[]) AS told FROM figures);

CREATE OR REPLACE TEMP VIEW overdue_figures AS
SELECT ts, service, source, told->>'work' AS work, (told->>'seconds')::DOUBLE AS seconds
FROM (SELECT *, unnest((line->'overdue')::JSON[]) AS told FROM figures);

-- The newest word; what is older than three minutes was said by a process that is gone.
CREATE OR REPLACE TEMP VIEW latest_databases AS
SELECT * FROM database_figures WHERE ts > moment() - INTERVAL 3 MINUTE
QUALIFY row_number() OVER (PARTITION BY database ORDER BY ts DESC) = 1;

CREATE OR REPLACE TEMP VIEW latest_groups AS
SELECT * FROM group_figures WHERE ts > moment() - INTERVAL 3 MINUTE
QUALIFY row_number() OVER (PARTITION BY "group", source ORDER BY ts DESC) = 1;

CREATE OR REPLACE TEMP VIEW latest_overdue AS
SELECT * FROM overdue_figures WHERE ts > moment() - INTERVAL 3 MINUTE
QUALIFY row_number() OVER (PARTITION BY work ORDER BY ts DESC) = 1;

-- What a process said of itself; one that has stopped waits for nothing.
CREATE OR REPLACE TEMP VIEW readiness AS
SELECT ts, service, source,
    event IN ('service.ready', 'service.stopped') OR (event = 'service.figures' AND line->>'not_ready' = '[]') AS ready,
    coalesce(line->>'not_ready', line->>'on', 'started') AS waits_for
FROM logs WHERE event IN ('service.started', 'service.waiting', 'service.ready', 'service.figures', 'service.stopped');

-- What an operator has decided about dead letters, where those lines were collected.
CREATE OR REPLACE TEMP VIEW decisions AS
SELECT ts, service, line->>'place' AS place, line->>'reason' AS reason, line->>'by' AS by, event
FROM logs WHERE event IN ('dead_letter.redriven', 'dead_letter.discarded');
