using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>
/// Takes one delegation away while calls go on below it, and counts what is answered to those that begin after the
/// acknowledgement.
/// </summary>
/// <param name="delegation">The delegation.</param>
/// <param name="agents">The agents that may do nothing without it.</param>
/// <param name="preview">Says what would be cut off.</param>
/// <param name="revoke">Takes it away.</param>
/// <param name="time">The clock.</param>
internal sealed class Revocation(
    DelegationId delegation,
    ImmutableHashSet<AgentId> agents,
    Func<DelegationId, CancellationToken, Task<CutOff>> preview,
    Func<DelegationId, CancellationToken, Task<AuthorityChange>> revoke,
    TimeProvider time)
{
    private readonly TaskCompletionSource<long> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CutOff? _cutOff;
    private AuthorityChange? _change;
    private int _attempted;
    private int _allowed;

    /// <summary>The delegation.</summary>
    public DelegationId Delegation => delegation;

    /// <summary>The agents that may do nothing without it.</summary>
    public ImmutableHashSet<AgentId> Agents => agents;

    /// <summary>Ends when the revocation is acknowledged, with the clock's timestamp of that instant.</summary>
    public Task<long> Acknowledged => _acknowledged.Task;

    /// <summary>Asks what would be cut off, and cuts it off.</summary>
    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        _cutOff = await preview(delegation, cancellationToken);
        _change = await revoke(delegation, cancellationToken);
        _acknowledged.SetResult(time.GetTimestamp());
    }

    /// <summary>Whether a call of <paramref name="caller"/> that begins now begins after the acknowledgement.</summary>
    public bool Covers(AgentId caller) => _acknowledged.Task.IsCompletedSuccessfully && agents.Contains(caller);

    /// <summary>Counts a call that <see cref="Covers"/> said yes to before it began.</summary>
    public void Count(bool allowed)
    {
        Interlocked.Increment(ref _attempted);
        if (allowed)
            Interlocked.Increment(ref _allowed);
    }

    /// <summary>How it went.</summary>
    /// <exception cref="InvalidOperationException">It is not acknowledged.</exception>
    public RevocationReport Report() => _cutOff is { } cutOff && _change is { } change
        ? new RevocationReport(delegation, cutOff.Descendants, _attempted, _allowed, change.ElapsedMs) { CutOff = cutOff }
        : throw new InvalidOperationException($"the revocation of {delegation} is not acknowledged");
}
