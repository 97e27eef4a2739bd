-- Orleans' ADO.NET grain storage reads its statements from this table once, when the silo starts. The name of the table
-- and of its two columns are fixed by Orleans; everything that the statements touch is ours.
CREATE TABLE OrleansQuery
(
    QueryKey  TEXT NOT NULL PRIMARY KEY,
    QueryText TEXT NOT NULL
) STRICT, WITHOUT ROWID;
