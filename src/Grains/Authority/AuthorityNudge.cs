using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Services;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Nudges every active silo with one message that nobody answers. One round is under way at a time; what changes
/// meanwhile is told in the next, so that a flood of changes is not a flood of messages.
/// </summary>
internal sealed class AuthorityNudge(
    IServiceProvider services, ISiloStatusOracle silos, TimeProvider time, IOptions<AuthorityWatchOptions> options, ILogger<AuthorityNudge> logger)
    : GrainServiceClient<IAuthorityNudgeService>(services), IAuthorityNudge
{
    private readonly Lock _gate = new();
    private Epoch _newest;
    private bool _isTelling;
    private bool _isToTell;

    /// <inheritdoc/>
    public void Send(Epoch epoch)
    {
        lock (_gate)
        {
            if (epoch > _newest)
                _newest = epoch;
            _isToTell = true;
            if (_isTelling)
                return;

            _isTelling = true;
        }

        // The round is nobody's call: it takes no grain's scheduler, and no caller's request context to the other silos.
        ThreadPool.UnsafeQueueUserWorkItem(static nudge => _ = nudge.TellAsync(), this, preferLocal: false);
    }

    private async Task TellAsync()
    {
        while (true)
        {
            Epoch epoch;
            lock (_gate)
            {
                if (!_isToTell)
                {
                    _isTelling = false;
                    return;
                }

                _isToTell = false;
                epoch = _newest;
            }

            foreach (var silo in Others())
                await TellAsync(silo, epoch);

            await Task.Delay(options.Value.NudgePause, time);
        }
    }

    private SiloAddress[] Others()
    {
        try
        {
            return [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress))];
        }
        catch (Exception error)
        {
            AuthorityWatchLog.NudgeLost(logger, error, null, _newest);
            return [];
        }
    }

    private async Task TellAsync(SiloAddress silo, Epoch epoch)
    {
        try
        {
            // Completes when the message is on its way.
            await GetGrainService(silo).NudgeAsync(epoch);
        }
        catch (Exception error)
        {
            AuthorityWatchLog.NudgeLost(logger, error, silo, epoch);
        }
    }
}
