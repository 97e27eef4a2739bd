namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>One caller, who has one call under way at a time.</summary>
internal interface IReserver : IAsyncDisposable
{
    /// <summary>Asks, with a new id, for money of a budget.</summary>
    /// <exception cref="Node.BenchException">It was not allowed.</exception>
    Task ReserveAsync(int budget, CancellationToken cancellationToken);

    /// <summary>Settles what was last reserved, for less than that.</summary>
    /// <exception cref="Node.BenchException">It was not settled.</exception>
    Task ReconcileAsync(CancellationToken cancellationToken);
}
