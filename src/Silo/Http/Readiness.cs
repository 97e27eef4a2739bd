using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Whether this node can decide.</summary>
internal sealed class Readiness(
    ILedgerReader ledger,
    AuthorityWatch watch,
    ISiloStatusOracle silo,
    IEnumerable<IReadinessCondition> conditions,
    IOptions<HttpOptions> options,
    TimeProvider time,
    ILogger<Readiness> log)
{
    /// <summary>Does nothing if it can.</summary>
    /// <exception cref="UnavailableException">It can't, or should not be asked; the message says why.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken);
            NodeInstruments.Ready(true);
        }
        catch (UnavailableException)
        {
            NodeInstruments.Ready(false);
            throw;
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var causes = conditions.Select(condition => condition.WhyNotReady).OfType<string>().ToArray();
        if (causes.Length > 0)
            throw NotReady(string.Join("; ", causes), null);

        if (silo.CurrentStatus != SiloStatus.Active)
            throw NotReady($"the silo is {silo.CurrentStatus}", null);

        try
        {
            await ledger.ProbeAsync(cancellationToken).WaitAsync(options.Value.ReadyTimeout, time, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw NotReady("the ledger does not answer", error);
        }

        if (watch.Age > options.Value.WatchAgeMax)
            throw NotReady("the changes of authority were not read for too long", null);
    }

    private UnavailableException NotReady(string why, Exception? error)
    {
        ProblemLog.NotReady(log, why, error);
        return UnavailableException.Unreachable(why);
    }
}
