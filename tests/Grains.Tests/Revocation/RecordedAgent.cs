namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>An agent as those outside know it.</summary>
internal sealed class RecordedAgent(string name, int level)
{
    public string Name { get; } = name;

    /// <summary>Authority passes from lower levels to higher ones.</summary>
    public int Level { get; } = level;

    public WrittenValues<bool> Suspended { get; } = new(false);

    public WrittenValues<bool> Closed { get; } = new(false);

    /// <summary>When it was closed: what it had been granted before is over for ever.</summary>
    public List<Written<bool>> Closings { get; } = [];

    /// <summary>Its keys, and when each was acknowledged as revoked.</summary>
    public List<RecordedKey> Keys { get; } = [];
}
