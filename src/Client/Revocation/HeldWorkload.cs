namespace GenOps.ControlPlane.Client;

/// <summary>What an open workload has of the control plane: its hold is renewed, and its authority is watched.</summary>
internal sealed class HeldWorkload : IDisposable
{
    private readonly RevocationListener _listener;

    public HeldWorkload(WorkloadAuthority authority, HoldRenewal renewal, RevocationListener listener)
    {
        Authority = authority;
        Renewal = renewal;
        _listener = listener;
        listener.Watch(authority);
    }

    public WorkloadAuthority Authority { get; }

    public HoldRenewal Renewal { get; }

    /// <summary>Ends both. The token stays valid: the application may still hold it.</summary>
    public void Dispose()
    {
        Renewal.Dispose();
        _listener.Forget(Authority);
    }
}
