namespace GenOps.ControlPlane.Authority;

/// <summary>Bounds of what a silo remembers of agents that pass authority on.</summary>
public sealed class AuthorityDirectoryOptions
{
    /// <summary>The most agents remembered; beyond it those not used lately are forgotten, and read again when they are.</summary>
    /// <value>20,000 by default, 1 or more.</value>
    public int AgentsMax { get; set; } = 20_000;
}
