-- How many schoolings of earlier years still run: they end with the first feed of the year. One row.
SELECT count(*) FROM people_schooling WHERE school_year < %(year)s AND valid_until IS NULL
