using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Authority;

/// <summary>Has the silo's watch read the ledger when another silo changed it: what changed is in the ledger, and nowhere else.</summary>
[Reentrant]
internal sealed class AuthorityNudgeService(
    GrainId id, Silo silo, ILoggerFactory loggers, AuthorityWatch watch) : GrainService(id, silo, loggers), IAuthorityNudgeService
{
    private readonly ILogger _logger = loggers.CreateLogger<AuthorityNudgeService>();

    /// <inheritdoc/>
    public async Task NudgeAsync(Epoch epoch)
    {
        if (watch.Current.Epoch >= epoch)
            return;

        try
        {
            await watch.RefreshAsync();
        }
        catch (UnavailableException error)
        {
            AuthorityWatchLog.NudgeInVain(_logger, error, epoch);
        }
    }
}
