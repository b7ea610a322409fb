-- Which is the first day with a meal of a period? Grain: one row, or none. Asked of the days before a
-- run that no issued month covers: in an ordinary month there is no such day.
-- Parameters: first day, day after the last.
WITH asked AS (
    SELECT %s::date AS first_day, %s::date AS end_day
),
-- part: meals
found AS (
    SELECT min(day) AS day FROM meals
)
SELECT day FROM found WHERE day IS NOT NULL
