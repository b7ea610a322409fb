-- Add a batch of visits to their cells. A sketch is the whole of its cell: the new one takes the place of the old.
-- A cell whose window is over keeps its number of visitors.
-- Parameters: windows, starts, uais, profiles, kinds, codes, visits, visitors, sketches (in order), is_example.
INSERT INTO tenant.usage_audience (
    "window", starts_on, college_uai, profile, kind, service_code, visits, visitors, sketch, is_example
)
SELECT
    cell.name, cell.starts_on, cell.uai, cell.profile, cell.kind, cell.code,
    cell.visits, cell.visitors, cell.sketch, %(is_example)s
FROM unnest(
    %(windows)s::text[], %(starts)s::date[], %(uais)s::text[], %(profiles)s::text[], %(kinds)s::text[],
    %(codes)s::text[], %(visits)s::int[], %(visitors)s::int[], %(sketches)s::bytea[]
) AS cell (name, starts_on, uai, profile, kind, code, visits, visitors, sketch)
ON CONFLICT ("window", starts_on, college_uai, profile, kind, service_code) DO UPDATE SET
    visits = usage_audience.visits + excluded.visits,
    visitors = greatest(usage_audience.visitors, excluded.visitors),
    sketch = coalesce(excluded.sketch, usage_audience.sketch),
    is_example = usage_audience.is_example OR excluded.is_example
