"""The GraphQL API beside its peers, its costs beside the database's, and its exports beside the portal."""
