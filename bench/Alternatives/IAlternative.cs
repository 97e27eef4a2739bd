namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>One way to reserve money before a call and to settle it afterwards, durably.</summary>
internal interface IAlternative
{
    /// <summary>What it is called in tables.</summary>
    string Name { get; }

    /// <summary>
    /// Makes a budget that has room for <paramref name="holds"/> times <see cref="Money.Reserved"/>, before anything is measured; null of
    /// one that checks nothing.
    /// </summary>
    Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken);

    /// <summary>What one of many callers does; called once for each caller, before anything is measured.</summary>
    Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken);
}
