-- Create and change guardians as judged; one named again is no longer missing.
-- Public identifiers are UUIDv7, as those of `commons.identifiers`, drawn from the import's seed: asking
-- the system for each takes longer. Grain: one row out, with both counts.
WITH created AS (
    INSERT INTO people_guardian
        (public_id, jointure_id, title, last_name, first_name, sort_key, search_key, email,
         mobile_phone, home_phone, street, postal_code, city, country)
    SELECT (%(uuid_start)s || overlay(left(encode(sha256(%(seed)s || int8send(staged.rank)), 'hex'), 19)
                                      PLACING '8' FROM 4))::uuid,
           staged.jointure_id, coalesce(staged.title, ''), staged.last_name, staged.first_name,
           concat(staged.last_key, chr(1), staged.first_key),
           concat(staged.last_key, ' ', staged.first_key), coalesce(staged.email, ''),
           coalesce(staged.mobile_phone, ''), coalesce(staged.home_phone, ''),
           coalesce(staged.street, ''), coalesce(staged.postal_code, ''), coalesce(staged.city, ''),
           coalesce(staged.country, '')
    FROM people_stagedguardian AS staged
    JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
    WHERE row.outcome = 'CREATED'
    RETURNING id
),
changed AS (
    UPDATE people_guardian AS known
    SET title = coalesce(staged.title, known.title),
        last_name = coalesce(staged.last_name, known.last_name),
        first_name = coalesce(staged.first_name, known.first_name),
        sort_key = concat(coalesce(staged.last_key, split_part(known.sort_key, chr(1), 1)), chr(1),
                          coalesce(staged.first_key, split_part(known.sort_key, chr(1), 2))),
        search_key = concat(coalesce(staged.last_key, split_part(known.sort_key, chr(1), 1)), ' ',
                            coalesce(staged.first_key, split_part(known.sort_key, chr(1), 2))),
        email = coalesce(staged.email, known.email),
        mobile_phone = coalesce(staged.mobile_phone, known.mobile_phone),
        home_phone = coalesce(staged.home_phone, known.home_phone),
        street = coalesce(staged.street, known.street),
        postal_code = coalesce(staged.postal_code, known.postal_code),
        city = coalesce(staged.city, known.city), country = coalesce(staged.country, known.country),
        missing_since = NULL
    FROM people_stagedguardian AS staged
    JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
    WHERE row.outcome = 'CHANGED' AND known.id = row.target_id
    RETURNING known.id
)
SELECT (SELECT count(*) FROM created), (SELECT count(*) FROM changed)
