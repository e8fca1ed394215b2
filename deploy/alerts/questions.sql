-- What an operator asks the logs: `python deploy/alerts/ask.py NAME LOGS...`, with `--id` where a question needs one.
-- docs/operations/runbook.md says when to ask what. `sought()` is the id.

-- question: where-is-event
-- Everything that was said under a correlation id, or of an event, a pair, a reminder: the way it went.
SELECT ts, service, event, coalesce(line->>'route', line->>'group', line->>'kind') AS what,
    coalesce(line->>'status', line->>'reason', line->>'place', line->>'offsets') AS said
FROM logs WHERE contains(line::VARCHAR, sought()) ORDER BY ts;

-- question: what-happened-to
-- What happened to a person, by pseudonym (`volunteer_id`): their own lines, and those of their pairs.
WITH theirs AS (SELECT * FROM logs WHERE line->>'volunteer_id' = sought()),
pairs AS (SELECT DISTINCT line->>'pair_id' AS pair_id FROM theirs WHERE line->>'pair_id' IS NOT NULL)
SELECT ts, service, event, line->>'pair_id' AS pair_id,
    concat_ws(' ', line->>'kind', line->>'reason') AS said
FROM logs WHERE line->>'volunteer_id' = sought()
OR (line->>'volunteer_id' IS NULL AND line->>'pair_id' IN (SELECT pair_id FROM pairs)) ORDER BY ts;

-- question: dead-letters
-- Dead letters by reason, as the logs have them: those of the time that they cover, less what was decided.
SELECT l.service, l.line->>'group' AS "group", l.line->>'reason' AS reason, count(*) AS letters,
    count(*) FILTER (d.place IS NULL) AS open, min(l.ts) AS first, any_value(l.line->>'place') AS for_example
FROM (SELECT DISTINCT ON (service, line->>'group', line->>'place') * FROM logs
      WHERE event = 'intake.message_dead_lettered' ORDER BY ts) AS l
LEFT JOIN (SELECT DISTINCT service, place FROM decisions) AS d ON d.service = l.service AND d.place = l.line->>'place'
GROUP BY ALL ORDER BY open DESC, letters DESC, reason, "group";

-- question: oldest-unsent
-- How long the oldest event of each database waits for the broker, and how many do.
SELECT database, outbox_oldest_seconds AS seconds, outbox_depth AS events, outbox_limit AS "limit", ts AS told_at
FROM latest_databases ORDER BY seconds DESC, database;

-- question: lag
-- How far each group is behind, over all its processes, and for how long a batch has been in hand.
SELECT "group", sum(behind) AS behind, max(batch_seconds) AS batch_seconds, count(*) AS processes
FROM latest_groups GROUP BY ALL ORDER BY behind DESC, "group";

-- question: late-reminders
-- Mails that went out over five minutes late, or are due for longer and have no outcome.
WITH outcomes AS (
    SELECT line->>'reminder_id' AS id, min(ts) AS ended, min(event) AS event, max((line->>'attempts')::INT) AS attempts
    FROM logs WHERE event IN ('delivery.sent', 'delivery.failed', 'delivery.unknown', 'delivery.suppressed') GROUP BY ALL
), planned AS (
    SELECT DISTINCT line->>'reminder_id' AS id, line->>'kind' AS kind,
        (line->>'due')::TIMESTAMPTZ AT TIME ZONE 'UTC' AS due
    FROM logs WHERE event = 'reminder.scheduled'
)
SELECT kind, due, coalesce(event, 'nothing yet') AS outcome, coalesce(ended, moment()) - due AS late, attempts, id AS reminder_id
FROM planned LEFT JOIN outcomes USING (id)
WHERE coalesce(ended, moment()) - due > INTERVAL 5 MINUTE ORDER BY late DESC, id;

-- question: who-changed-what
-- What people decided: dead letters with who did it, programmes and directories with their correlation id.
SELECT ts, service, event, line->>'by' AS by,
    coalesce(line->>'place', line->>'programme_id', line->>'rows' || ' rows') AS what, line->>'correlation_id' AS correlation_id
FROM logs WHERE event IN ('dead_letter.redriven', 'dead_letter.discarded', 'programme.opened', 'programme.changed',
    'programme.closed', 'cohort.opened', 'directory.imported', 'round.requested') ORDER BY ts, event;

-- question: rebalances
-- When partitions changed hands, per group and minute; `went` is what was given up, `came` what was taken.
SELECT date_trunc('minute', ts) AS minute, line->>'group' AS "group",
    sum((line->>'partitions')::INT) FILTER (event = 'intake.revoked') AS went,
    sum((line->>'partitions')::INT) FILTER (event = 'intake.assigned') AS came, count(DISTINCT source) AS processes
FROM logs WHERE event IN ('intake.revoked', 'intake.assigned') GROUP BY ALL ORDER BY minute, "group";

-- question: top-errors
-- Warnings and errors since each service was last deployed: since its newest process said `service.started`.
WITH deploys AS (SELECT service, max(ts) AS deployed FROM logs WHERE event = 'service.started' GROUP BY ALL)
SELECT service, level, event,
    coalesce(line->>'reason', line->>'$.exception.type', line->>'code', line->>'on', line->>'logger') AS why,
    count(*) AS times, max(ts) AS last, any_value(line->>'$.exception.where[#-1]') AS "where"
FROM logs JOIN deploys USING (service) WHERE level IN ('warning', 'error') AND ts >= deployed
GROUP BY ALL ORDER BY times DESC, service, event, why LIMIT 20;

-- question: losing-data
-- Signs that something is, or may be, lost. No rows: the logs know of none. Offsets of topics that are compacted
-- (all but the event topics) may have holes and are not looked at; nor is what was read before the logs begin.
WITH stretches AS (
    SELECT ts, line->>'group' AS "group", place.key AS place,
        (place.value->>0)::BIGINT AS first, (place.value->>1)::BIGINT AS last
    FROM logs, json_each(line->'offsets') AS place WHERE event = 'intake.batch_applied'
    AND NOT regexp_matches(place.key, 'enrollment\.(topic|candidate|principal|contact)\.')
), joined AS (
    SELECT *, max(last) OVER (PARTITION BY "group", place ORDER BY first, last
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM stretches
)
SELECT 'offset lost' AS sign, line->>'group' AS "where", line->>'places' AS what, ts AS seen FROM logs WHERE event = 'intake.offset_lost'
UNION ALL SELECT 'offsets passed over', "group", place || ' from ' || (before + 1) || ' to ' || (first - 1), ts
FROM joined WHERE first > before + 1
UNION ALL SELECT 'two events in one place', line->>'group', line->>'place', ts FROM logs
WHERE event = 'intake.message_dead_lettered' AND line->>'reason' = 'id_conflict'
UNION ALL SELECT 'given up by an operator', service, place, ts FROM decisions WHERE event = 'dead_letter.discarded'
UNION ALL SELECT 'an event is missing', database, keys_waiting || ' keys wait', ts FROM latest_databases
WHERE keys_waiting > 0 AND to_seconds(keys_waiting_seconds) > INTERVAL 5 MINUTE
UNION ALL SELECT 'mail may be lost', line->>'kind', line->>'reminder_id', ts FROM logs WHERE event IN ('delivery.failed', 'delivery.unknown')
ORDER BY seen, sign, what;
