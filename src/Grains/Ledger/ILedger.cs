using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>The only way to write live state.</summary>
public interface ILedger
{
    /// <summary>
    /// Queues the appends, all or nothing, and completes when they are durable, with the epoch read in the same
    /// statement. Appends of one stream are written in the order in which they were queued, and one may build on another
    /// that is still queued; when one fails, those behind it fail too.
    /// </summary>
    /// <exception cref="Errors.UnavailableException">
    /// Thrown at once, before anything is queued: the queue is full (<c>overloaded</c>), or the ledger is being stopped.
    /// </exception>
    /// <exception cref="LedgerFencedException">In the task: another writer's entries stand where these should.</exception>
    /// <exception cref="DecisionExistsException">In the task: the workload's slot is taken; look up what is recorded.</exception>
    /// <exception cref="LedgerUnknownException">In the task: nobody knows whether they are durable. Reload before anything else.</exception>
    Task<Epoch> AppendAllAsync(IReadOnlyList<StreamAppend> appends);
}
