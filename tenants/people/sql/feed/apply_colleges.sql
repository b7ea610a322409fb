-- Create and change establishments as judged. Grain: one row out, with both counts.
WITH created AS (
    INSERT INTO people_college
        (public_id, uai, jointure_id, name, street, postal_code, city, phone, sector, is_open)
    SELECT public_id, uai, jointure_id, name, coalesce(street, ''), coalesce(postal_code, ''),
           coalesce(city, ''), coalesce(phone, ''), coalesce(sector, 'PUBLIC'), true
    FROM people_stagedcollege WHERE verdict = 'CREATED'
    ORDER BY rank
    RETURNING id
),
changed AS (
    UPDATE people_college AS known
    SET jointure_id = staged.jointure_id, name = coalesce(staged.name, known.name),
        street = coalesce(staged.street, known.street),
        postal_code = coalesce(staged.postal_code, known.postal_code),
        city = coalesce(staged.city, known.city), phone = coalesce(staged.phone, known.phone),
        sector = coalesce(staged.sector, known.sector)
    FROM people_stagedcollege AS staged
    WHERE staged.verdict = 'CHANGED' AND known.id = staged.target_id
    RETURNING known.id
)
SELECT (SELECT count(*) FROM created), (SELECT count(*) FROM changed)
