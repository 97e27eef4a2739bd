namespace GenOps.ControlPlane.Faults;

/// <summary>What a <see cref="FaultProxy"/> does with connections.</summary>
public enum ProxyMode
{
    /// <summary>Everything is forwarded.</summary>
    Pass,

    /// <summary>Connections are reset, new ones are refused.</summary>
    Cut,

    /// <summary>Connections stay, new ones are accepted, and nothing is forwarded in either direction.</summary>
    Freeze,
}
