namespace GenOps.ControlPlane.Client;

/// <summary>How it was learned that a workload's authority is gone.</summary>
internal enum RevocationNotice
{
    /// <summary>The control plane said that authority changed.</summary>
    Pushed,

    /// <summary>A renewal was refused.</summary>
    Renewal,

    /// <summary>The control plane said, to whatever question, that this client's key is no good.</summary>
    Key,
}
