namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>One way to reserve money before a call and to settle it afterwards, durably.</summary>
internal interface IAlternative : IAsyncDisposable
{
    /// <summary>What it is called in tables.</summary>
    string Name { get; }

    /// <summary>What one of many callers does; called once for each caller, before anything is measured.</summary>
    Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken);
}
