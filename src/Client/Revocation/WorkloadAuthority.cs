using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>The authority that one open workload stands on: it is there, until it is revoked.</summary>
/// <param name="agent">The workload's agent.</param>
/// <param name="id">The workload.</param>
/// <param name="checkedAt">The epoch that the decision checked authority at.</param>
/// <param name="span">The workload's span.</param>
/// <param name="logger">Where a revocation is logged.</param>
internal sealed class WorkloadAuthority(AgentId agent, WorkloadId id, Epoch checkedAt, WorkloadSpan span, ILogger logger)
{
    // Never disposed: the application may hold its token for longer than the workload, and it holds nothing itself.
    private readonly CancellationTokenSource _revoked = new();
    private int _isRevoked;

    public AgentId Agent => agent;

    public WorkloadId Id => id;

    public Epoch CheckedAt => checkedAt;

    /// <summary>Fires when the authority was revoked.</summary>
    public CancellationToken Revoked => _revoked.Token;

    /// <summary>Says so to whoever holds the token, and does not wait for what they do. Again does nothing.</summary>
    public void Revoke(RevocationNotice notice)
    {
        if (Interlocked.Exchange(ref _isRevoked, 1) == 1)
            return;

        ClientLog.Revoked(logger, id);
        span.Revoked(notice);
        _ = TellAsync();
    }

    /// <summary>Never fails: nobody awaits it.</summary>
    private async Task TellAsync()
    {
        try
        {
            // The token is cancelled when this returns; callbacks run on the thread pool.
            await _revoked.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            ClientLog.RevokedCallbackFailed(logger, exception, id);
        }
    }
}
