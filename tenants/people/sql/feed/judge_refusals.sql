-- What could not be read, with its place. Grain: one report row per refused record.
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, rank, outcome, reason_code, reviews, place, diff)
SELECT %(feed)s, refusal.kind, refusal.record_id, refusal.rank, 'REJECTED', refusal.reason, '[]',
       (%(files)s::text[])[refusal.file] || ':' || refusal.line,
       CASE WHEN refusal.detail = '' THEN '{}'
            ELSE jsonb_build_object('attribute', jsonb_build_array(NULL, refusal.detail)) END
FROM people_stagedrefusal AS refusal
