-- Create and change guardians as judged; one named again is no longer missing. Grain: one row out.
-- Parameters: day of the feed, for those a delta removes.
WITH created AS (
    INSERT INTO people_guardian
        (public_id, jointure_id, title, last_name, first_name, sort_key, search_key, email,
         mobile_phone, home_phone, street, postal_code, city, country)
    SELECT public_id, jointure_id, coalesce(title, ''), last_name, first_name, sort_key, search_key,
           coalesce(email, ''), coalesce(mobile_phone, ''), coalesce(home_phone, ''),
           coalesce(street, ''), coalesce(postal_code, ''), coalesce(city, ''), coalesce(country, '')
    FROM people_stagedguardian WHERE verdict = 'CREATED'
    ORDER BY rank
    RETURNING id
),
changed AS (
    UPDATE people_guardian AS known
    SET title = coalesce(staged.title, known.title),
        last_name = coalesce(staged.last_name, known.last_name),
        first_name = coalesce(staged.first_name, known.first_name),
        sort_key = coalesce(staged.sort_key, known.sort_key),
        search_key = coalesce(staged.search_key, known.search_key),
        email = coalesce(staged.email, known.email),
        mobile_phone = coalesce(staged.mobile_phone, known.mobile_phone),
        home_phone = coalesce(staged.home_phone, known.home_phone),
        street = coalesce(staged.street, known.street),
        postal_code = coalesce(staged.postal_code, known.postal_code),
        city = coalesce(staged.city, known.city), country = coalesce(staged.country, known.country),
        missing_since = CASE staged.verdict WHEN 'DISAPPEARING' THEN %s::date END
    FROM people_stagedguardian AS staged
    WHERE staged.verdict IN ('CHANGED', 'DISAPPEARING') AND known.id = staged.target_id
    RETURNING known.id
)
SELECT (SELECT count(*) FROM created), (SELECT count(*) FROM changed)
