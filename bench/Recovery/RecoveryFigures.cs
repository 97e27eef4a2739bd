namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>How a budget comes back after its node was killed. Times in milliseconds.</summary>
/// <param name="Entries">How many entries its stream has.</param>
/// <param name="Scopes">How many scopes on demand it has.</param>
/// <param name="Tail">How many entries came after the snapshot: as many as may, before the next one is taken.</param>
/// <param name="SnapshotBytes">The snapshot's size.</param>
/// <param name="WithSnapshot">From the first call to its answer.</param>
/// <param name="WithoutSnapshot">The same, if all snapshots are lost.</param>
/// <param name="Idle">The same for a budget with one entry: what a new process takes for its first call of an actor.</param>
/// <param name="SaveMs">How long the actor stands still while a snapshot of it is made.</param>
/// <param name="RestoreMs">How long it takes to read one.</param>
internal sealed record RecoveryFigures(
    int Entries, int Scopes, int Tail, int SnapshotBytes, AnswerFigures WithSnapshot, AnswerFigures WithoutSnapshot, AnswerFigures Idle,
    double SaveMs, double RestoreMs);
