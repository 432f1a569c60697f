"""Work that survives: batches of photos, done in parts that are recorded as they finish.

``desk`` takes and answers for jobs, ``worker`` does them, ``keeper`` looks after what the dead left behind, ``durable``
is all that there is of the queue (dbos), ``archive`` reads and writes ZIP files, ``keep`` makes ledger and store agree.
"""
