"""What people own and did: jobs, their parts and events, and the pictures they made.

``models`` has the tables, ``migrations`` how they came to be, ``database`` opens one, ``history`` asks and changes
what was made. Blobs lie in the store; here are their keys and who holds them.
"""
