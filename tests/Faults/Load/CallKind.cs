namespace GenOps.ControlPlane.Faults;

/// <summary>What a call asked for.</summary>
public enum CallKind
{
    /// <summary>A decision about a workload, also one that was decided before.</summary>
    Authorize,

    /// <summary>The figures of a workload.</summary>
    Reconcile,

    /// <summary>The end of a workload that never ran.</summary>
    Release,

    /// <summary>A delegation is made.</summary>
    Grant,

    /// <summary>A delegation is taken away, for ever.</summary>
    Revoke,

    /// <summary>An agent is stopped.</summary>
    Suspend,

    /// <summary>An agent may act again.</summary>
    Resume,
}
