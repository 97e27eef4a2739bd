namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>What the ledger said to one statement of a commit.</summary>
/// <param name="Incarnation">The ledger's own random id.</param>
/// <param name="Epoch">The epoch as of the statement, its own changes included.</param>
/// <param name="Rejected">The numbers of the units that were not accepted, in no order.</param>
internal readonly record struct PostgresCommitAnswer(Guid Incarnation, long Epoch, int[] Rejected);
