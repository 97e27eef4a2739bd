-- One row: the ledger's own random id, and the number of the newest change of authority.
CREATE TABLE epoch
(
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    incarnation BLOB    NOT NULL CHECK (length(incarnation) = 16),
    epoch       INTEGER NOT NULL
) STRICT;

INSERT INTO epoch (only, incarnation, epoch) VALUES (1, randomblob(16), 0);

CREATE TABLE authority_change
(
    epoch  INTEGER PRIMARY KEY,
    stream TEXT NOT NULL
) STRICT;
