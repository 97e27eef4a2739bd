namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Holds a workload's money longer.</summary>
/// <param name="TtlSeconds">From now on, 1 to 86,400.</param>
internal sealed record ExtendRequest(int TtlSeconds);
