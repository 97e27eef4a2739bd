using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>
/// The node's own ledger, until the disk is left out: from then on every append is answered at once and written nowhere,
/// so that the processor's time is all that a decision takes. There is no way back.
/// </summary>
internal sealed class RehearsedLedger(LedgerWriter ledger, AuthorityWatch watch) : ILedger
{
    private volatile bool _leavesOutDisk;

    /// <summary>From now on nothing is written.</summary>
    public void LeaveOutDisk() => _leavesOutDisk = true;

    /// <inheritdoc/>
    public Task<Epoch> AppendAllAsync(IReadOnlyList<StreamAppend> appends) =>
        _leavesOutDisk ? Task.FromResult(watch.Current.Epoch) : ledger.AppendAllAsync(appends);
}
