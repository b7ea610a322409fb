-- Which part of those who could come have opened their account? (DNMA: comptes activés)
-- Grain: a cell counted before, on the latest day of the month. Denominator: that of the part of users, who is the same
-- figure. Refresh: closed with the month.
SELECT
    coalesce(nullif(college_uai, ''), 'NONE') AS college,
    profile,
    coalesce(potential.accounts, 0) AS numerator,
    coalesce(potential.accounts, 0) AS numerator_units,
    greatest(potential.people, audience.visitors) AS denominator,
    greatest(potential.people, audience.visitors) AS denominator_units
FROM (
    SELECT college_uai, profile, people, accounts FROM usage_potential WHERE month = %(first_day)s
) AS potential
FULL JOIN (
    SELECT college_uai, profile, visitors
    FROM usage_audience
    WHERE "window" = 'MONTH' AND starts_on = %(first_day)s AND kind = ''
) AS audience USING (college_uai, profile)
