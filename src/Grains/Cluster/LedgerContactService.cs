using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Cluster;

/// <inheritdoc cref="ILedgerContactService"/>
[Reentrant]
internal sealed class LedgerContactService(GrainId id, Silo silo, ILoggerFactory loggers, LedgerContact contact)
    : GrainService(id, silo, loggers), ILedgerContactService
{
    /// <inheritdoc/>
    public Task<TimeSpan?> GetAgeAsync() => Task.FromResult(contact.Age);
}
