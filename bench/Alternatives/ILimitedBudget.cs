using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>A budget with little room. Who asks chooses the id, and so can ask again.</summary>
internal interface ILimitedBudget
{
    /// <summary>Whether <see cref="Money.Reserved"/> is held for <paramref name="id"/>.</summary>
    Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken);

    /// <summary>Whether <paramref name="id"/> is settled for <see cref="Money.Spent"/>, or for something else if <paramref name="otherwise"/>.</summary>
    Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken);
}
