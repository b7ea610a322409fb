-- Create, change and close establishments as judged; one named again opens.
-- Public identifiers are UUIDv7, as those of `commons.identifiers`, drawn from the import's seed: asking
-- the system for each takes longer. Grain: one row out, with both counts.
WITH created AS (
    INSERT INTO people_college
        (public_id, uai, jointure_id, name, street, postal_code, city, phone, sector, is_open)
    SELECT (%(uuid_start)s || overlay(left(encode(sha256(%(seed)s || int8send(staged.rank)), 'hex'), 19)
                                      PLACING '8' FROM 4))::uuid,
           staged.uai, staged.jointure_id, staged.name, coalesce(staged.street, ''),
           coalesce(staged.postal_code, ''), coalesce(staged.city, ''), coalesce(staged.phone, ''),
           coalesce(staged.sector, 'PUBLIC'), true
    FROM people_stagedcollege AS staged
    JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
    WHERE row.outcome = 'CREATED'
    ORDER BY staged.rank
    RETURNING id
),
changed AS (
    UPDATE people_college AS known
    SET jointure_id = staged.jointure_id, uai = coalesce(staged.uai, known.uai),
        name = coalesce(staged.name, known.name), street = coalesce(staged.street, known.street),
        postal_code = coalesce(staged.postal_code, known.postal_code),
        city = coalesce(staged.city, known.city), phone = coalesce(staged.phone, known.phone),
        sector = coalesce(staged.sector, known.sector), is_open = row.outcome = 'CHANGED'
    FROM people_stagedcollege AS staged
    JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
    WHERE row.outcome IN ('CHANGED', 'DISAPPEARING') AND known.id = row.target_id
    RETURNING known.id
)
SELECT (SELECT count(*) FROM created), (SELECT count(*) FROM changed)
