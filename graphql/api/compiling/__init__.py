"""From a document to one statement: what its fields are in SQL, and how their JSON is put together.

Executing a document field by field over the ORM costs ten times what the rows do (PERFORMANCE.md C). Here
each field of a type says once what it is: a column, another row, a list, a page. From a document's
selection of them comes one query, whose answer PostgreSQL writes as the JSON of the response.

Rows come from the querysets of the rooms, so their access rules are in the statement as they are
anywhere else. A query is made once for a document and kept with it; what changes from one request to the
next (who asks, the day, the arguments) are its parameters.
"""
