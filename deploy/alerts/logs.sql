-- The same alarms from logs alone: DuckDB over JSON lines. Each query returns rows while it should alarm, `what` first.
-- `python deploy/alerts/ask.py alarms LOGS...` runs them all; docs/operations/runbook.md#alarms says how to watch.
-- Names are those of obverse.rules.yml, which has summary and first action. `moment()` is when one looks.
-- The gauges stand in `service.figures`, which every process writes once a minute (OBVERSE_LOG_LEVEL=info).

-- alert: DeadLettersOpen
SELECT database AS what, sum(letters.value::INT) AS letters, string_agg(DISTINCT letters.key, ', ') AS reasons
FROM latest_databases, json_each(dead_letters) AS letters GROUP BY ALL;

-- alert: KeysWaiting
SELECT database AS what, keys_waiting, keys_waiting_seconds AS seconds FROM latest_databases
WHERE keys_waiting > 0 AND to_seconds(keys_waiting_seconds) > INTERVAL 5 MINUTE;

-- alert: OutboxOld
SELECT database AS what, outbox_oldest_seconds AS seconds FROM latest_databases
WHERE to_seconds(outbox_oldest_seconds) > INTERVAL 60 SECOND;

-- alert: OutboxFilling
SELECT database AS what, outbox_depth, outbox_limit FROM latest_databases WHERE outbox_depth > outbox_limit / 2;

-- alert: LagGrowing
WITH told AS (
    SELECT "group", source, behind, ts > moment() - INTERVAL 2 MINUTE AS lately
    FROM group_figures WHERE ts > moment() - INTERVAL 5 MINUTE
), per_process AS (
    SELECT "group", source, min(behind) FILTER (NOT lately) AS before, min(behind) FILTER (lately) AS lately
    FROM told GROUP BY ALL
)
SELECT "group" AS what, sum(before) AS before, sum(lately) AS lately FROM per_process
GROUP BY ALL HAVING sum(lately) > 1000 AND sum(lately) > sum(before);

-- alert: BatchStalled
SELECT "group" AS what, source, batch_seconds AS seconds FROM latest_groups
WHERE to_seconds(batch_seconds) > INTERVAL 5 MINUTE;

-- alert: RemindersLate
SELECT work AS what, max(seconds) AS seconds FROM latest_overdue
WHERE to_seconds(seconds) > INTERVAL 5 MINUTE GROUP BY ALL;

-- alert: MailsFailing
SELECT event AS what, line->>'reason' AS reason, count(*) AS times FROM logs
WHERE event IN ('delivery.failed', 'delivery.unknown') AND ts > moment() - INTERVAL 15 MINUTE GROUP BY ALL;

-- alert: MailServerAway
SELECT 'mail' AS what, count(*) AS retries, max(line->>'reason') AS reason FROM logs
WHERE event = 'delivery.retried' AND ts > moment() - INTERVAL 10 MINUTE
AND NOT EXISTS (FROM logs WHERE event = 'delivery.sent' AND ts > moment() - INTERVAL 10 MINUTE)
HAVING count(*) > 0 AND max(ts) - min(ts) > INTERVAL 5 MINUTE;

-- alert: RequestsFailing
SELECT service AS what, line->>'route' AS route, line->>'$.exception.type' AS exception, count(*) AS times FROM logs
WHERE event = 'http.failed' AND ts > moment() - INTERVAL 5 MINUTE GROUP BY ALL;

-- alert: RequestsUnavailable
SELECT service AS what, line->>'code' AS code, count(*) AS times FROM logs
WHERE event = 'http.unavailable' AND ts > moment() - INTERVAL 5 MINUTE
GROUP BY ALL HAVING max(ts) - min(ts) > INTERVAL 2 MINUTE AND max(ts) > moment() - INTERVAL 2 MINUTE;

-- alert: ScheduleFailing
SELECT line->>'schedule' AS what, any_value(line->>'reason') AS reason, count(*) AS times FROM logs
WHERE event = 'schedule.failed' AND ts > moment() - INTERVAL 10 MINUTE
GROUP BY ALL HAVING max(ts) - min(ts) > INTERVAL 5 MINUTE AND max(ts) > moment() - INTERVAL 5 MINUTE;

-- alert: ServiceNotReady
WITH last_ready AS (SELECT source, max(ts) FILTER (ready) AS until FROM readiness GROUP BY ALL)
SELECT service AS what, source, min(ts) AS since, arg_max(waits_for, ts) AS waits_for
FROM readiness JOIN last_ready USING (source) WHERE until IS NULL OR ts > until
GROUP BY ALL HAVING min(ts) < moment() - INTERVAL 2 MINUTE;

-- alert: TargetDown
-- An operator's command ends as well, and has never said that it started.
SELECT service AS what, source, max(ts) AS last_line FROM logs GROUP BY ALL
HAVING max(ts) < moment() - INTERVAL 3 MINUTE AND arg_max(event, ts) <> 'service.stopped'
AND bool_or(event = 'service.started');

-- alert: RestartsTooMany
WITH starts AS (
    SELECT service, source, ts, row_number() OVER (PARTITION BY source ORDER BY ts) AS nth FROM logs
    WHERE event = 'service.started'
)
SELECT service AS what, source, count(*) AS restarts FROM starts
WHERE nth > 1 AND ts > moment() - INTERVAL 30 MINUTE GROUP BY ALL HAVING count(*) > 2;

-- alert: RebalancesTooMany
SELECT service AS what, count(*) AS times FROM logs
WHERE event = 'intake.revoked' AND ts > moment() - INTERVAL 15 MINUTE GROUP BY ALL HAVING count(*) > 10;

-- alert: AccessRefused
SELECT service AS what, count(*) AS times, mode(line->>'code') AS mostly FROM logs
WHERE event = 'auth.refused' AND ts > moment() - INTERVAL 5 MINUTE GROUP BY ALL HAVING count(*) > 300;

-- alert: OtherErrors
SELECT service AS what, event, count(*) AS times FROM logs
WHERE (event IN ('auth.keys_unavailable', 'migration.failed', 'round.failed') OR line->>'unlisted' = 'true')
AND ts > moment() - INTERVAL 15 MINUTE GROUP BY ALL;

-- alert: OffsetLost
-- severity: page
-- summary: The broker does not have what a group was to read next; the service has ended rather than skip it.
-- first_action: Do not reset in haste: find out first why.
-- runbook: docs/operations/runbook.md#offset-lost
-- only from logs: the process ends with this line, before anybody could scrape it.
SELECT line->>'group' AS what, line->>'places' AS places, max(ts) AS seen FROM logs
WHERE event = 'intake.offset_lost' AND ts > moment() - INTERVAL 60 MINUTE GROUP BY ALL;
