using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A delegation as those outside know it: what they asked for, and what they were told.</summary>
internal sealed class RecordedDelegation(string id, string? from, string to, string? parent, ImmutableArray<string> tools, bool limitsSpend, long startedAt)
{
    public string Id { get; } = id;

    public DelegationId Name { get; } = DelegationId.Parse(id);

    /// <summary>The agent that passes it on; null for a person.</summary>
    public string? From { get; } = from;

    public string To { get; } = to;

    public string? Parent { get; } = parent;

    /// <summary>Whether it limits what is spent, so that it is a tree.</summary>
    public bool LimitsSpend { get; } = limitsSpend;

    /// <summary>The tools that it was said to permit.</summary>
    public WrittenValues<ImmutableArray<string>> Tools { get; } = new(tools);

    /// <summary>The tools that it was last asked to permit.</summary>
    public ImmutableArray<string> ToolsAsked { get; set; } = tools;

    public Written<bool> Made { get; } = new(true, startedAt);

    /// <summary>When it was first acknowledged as revoked; for ever in the future if it was not.</summary>
    public long RevokedAt { get; set; } = long.MaxValue;

    /// <summary>Acknowledged attempts to make or change it, by their beginnings.</summary>
    public List<long> Puts { get; } = [];
}
