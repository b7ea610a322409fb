-- Which part of those who could come did? (DNMA: taux d'utilisateurs)
-- Grain: a cell counted before. Denominator: who could come that month; those who came at least, since
-- somebody who left during the month may have. Refresh: closed an hour after the month.
SELECT
    coalesce(nullif(college_uai, ''), 'NONE') AS college,
    profile,
    coalesce(audience.visitors, 0) AS numerator,
    coalesce(audience.visitors, 0) AS numerator_units,
    greatest(potential.people, audience.visitors) AS denominator,
    greatest(potential.people, audience.visitors) AS denominator_units
FROM (
    SELECT college_uai, profile, people FROM usage_potential WHERE month = %(first_day)s
) AS potential
FULL JOIN (
    SELECT college_uai, profile, visitors
    FROM usage_audience
    WHERE "window" = 'MONTH' AND starts_on = %(first_day)s AND kind = ''
) AS audience USING (college_uai, profile)
