DELETE FROM {table} WHERE import_id = %(import)s
