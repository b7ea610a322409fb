SELECT count(*) FROM {table} WHERE import_id = %(import)s
