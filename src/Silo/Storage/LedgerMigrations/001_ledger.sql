-- Everything that ever happened, in the order in which it became durable. Rows are inserted and never changed.
CREATE TABLE ledger
(
    position INTEGER PRIMARY KEY, -- rows are never deleted, so it only grows, and a reader's place stays good
    stream   TEXT    NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    prev     BLOB    NOT NULL CHECK (length(prev) = 32),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32), -- SHA-256 of prev and the bytes of text
    kind     TEXT    NOT NULL,
    tenant   TEXT    NOT NULL,
    workload BLOB    CHECK (length(workload) = 16),
    slot     INTEGER,
    at       INTEGER NOT NULL,                  -- Unix time in microseconds
    text     TEXT    NOT NULL,                  -- exactly the bytes that were hashed
    CHECK ((workload IS NULL) = (slot IS NULL))
) STRICT;

CREATE UNIQUE INDEX ledger_stream ON ledger (stream, seq);

-- Decides once, holds once, and finds everything about a workload.
CREATE UNIQUE INDEX ledger_workload ON ledger (tenant, workload, slot) WHERE workload IS NOT NULL;

-- With the row's position as its hidden last column: a tenant's evidence, page by page.
CREATE INDEX ledger_tenant ON ledger (tenant);

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN
    SELECT raise(ABORT, 'the ledger is insert-only');
END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN
    SELECT raise(ABORT, 'the ledger is insert-only');
END;
