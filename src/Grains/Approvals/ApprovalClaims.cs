using System.Collections.Immutable;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

/// <summary>
/// The approvals that one agent's actions wait for, one for each action. What has ended is forgotten when it would fill
/// half of the room, so that this is never more than twice what is alive.
/// </summary>
public sealed class ApprovalClaims
{
    private const int CountKept = 64;

    private Dictionary<ContentHash, ApprovalClaim>? _byAction;
    private int _countMax = CountKept;

    /// <summary>How many are remembered, ended ones included.</summary>
    public int Count => _byAction?.Count ?? 0;

    /// <summary>All that is remembered, for a snapshot.</summary>
    public ImmutableArray<ApprovalClaim> All => _byAction is null ? [] : [.. _byAction.Values.OrderBy(claim => claim.Action.Hex, StringComparer.Ordinal)];

    /// <summary>What <paramref name="action"/> waits for, if that has not ended; null if nothing.</summary>
    public ApprovalClaim? Find(ContentHash action, DateTimeOffset now) =>
        _byAction?.GetValueOrDefault(action) is { } claim && claim.ExpiresAt > now ? claim : null;

    /// <summary>How many have not ended.</summary>
    public int CountAt(DateTimeOffset now) => _byAction?.Values.Count(claim => claim.ExpiresAt > now) ?? 0;

    /// <summary>Takes one in that was made, or told of again, at <paramref name="at"/>; it replaces an earlier one of the same action, and no later one.</summary>
    public void Add(ApprovalClaim claim, DateTimeOffset at)
    {
        _byAction ??= [];
        if (_byAction.TryGetValue(claim.Action, out var known) && known.Approval.Hold.CompareTo(claim.Approval.Hold) > 0)
            return;

        _byAction[claim.Action] = claim;
        if (_byAction.Count <= _countMax)
            return;

        foreach (var (action, other) in _byAction)
        {
            if (other.ExpiresAt <= at)
                _byAction.Remove(action);
        }

        _countMax = Math.Max(CountKept, 2 * _byAction.Count);
    }
}
