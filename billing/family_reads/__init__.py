"""What a family reads most, each in one statement that builds JSON: the home page, and its twin in the API.

The rows are those that the queries of the rooms give, for one account: whose children, who pays and who
may read a household's resources is in the SQL, and tests compare each read with the queries on
generated families. Rules that choose among rows (which enrolment runs, what is late) are not here.
Amounts are cents.
"""

from pathlib import Path

SQL_FOLDER = Path(__file__).with_name("sql")
