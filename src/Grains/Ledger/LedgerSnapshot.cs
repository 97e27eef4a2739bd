namespace GenOps.ControlPlane.Ledger;

/// <summary>An actor's state at one head of its stream: a cache, discarded when the ledger disagrees.</summary>
[GenerateSerializer, Alias("genops.LedgerSnapshot")]
public sealed class LedgerSnapshot
{
    /// <summary>The number of the head; 0 before the first entry.</summary>
    [Id(0)]
    public long HeadNumber { get; set; }

    /// <summary>The hash of the head.</summary>
    [Id(1)]
    public byte[] HeadHash { get; set; } = [];

    /// <summary>The state, encoded by its actor.</summary>
    [Id(2)]
    public byte[] Payload { get; set; } = [];
}
