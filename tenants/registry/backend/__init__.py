"""Our PostgreSQL backend: entering a tenant is entering its role."""
