namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>What stands where an append should.</summary>
/// <param name="Incarnation">The ledger's own random id.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Hashes">For each place asked for the hash that is there; null if none.</param>
/// <param name="SlotsTaken">For each slot asked for whether it is taken.</param>
internal readonly record struct PostgresExplanation(Guid Incarnation, long Epoch, byte[]?[] Hashes, bool[] SlotsTaken);
