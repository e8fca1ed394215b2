"""SCIM 2.0 users (RFC 7643, RFC 7644) as rows of the HR directory: attributes, filters, patches."""
