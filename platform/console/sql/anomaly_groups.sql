-- How many anomalies of each kind does a run have, and how many wait for an answer? Grain: one row
-- per kind, blocking ones first, then those with most to answer. Read when a run's page opens.
-- Parameters: run id.
SELECT code, severity, count(*), count(*) FILTER (WHERE answered_at IS NULL)
FROM invoicing_anomaly
WHERE run_id = %s
GROUP BY code, severity
ORDER BY severity, 4 DESC, code
