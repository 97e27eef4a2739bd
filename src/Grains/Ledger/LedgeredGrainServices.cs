using GenOps.ControlPlane.Authority;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What every ledgered actor needs of its silo.</summary>
public sealed class LedgeredGrainServices(
    ILedger ledger,
    ILedgerReader reader,
    SnapshotStore snapshots,
    AuthorityWatch watch,
    TimeProvider time,
    IOptions<LedgeredGrainOptions> options,
    ILoggerFactory loggerFactory,
    IAuthorityNudge? nudge = null)
{
    public ILedger Ledger { get; } = ledger;

    public ILedgerReader Reader { get; } = reader;

    public SnapshotStore Snapshots { get; } = snapshots;

    public AuthorityWatch Watch { get; } = watch;

    public TimeProvider Time { get; } = time;

    public LedgeredGrainOptions Options { get; } = options.Value;

    public ILoggerFactory LoggerFactory { get; } = loggerFactory;

    /// <summary>Tells the other silos of changes; null where there are none to tell.</summary>
    public IAuthorityNudge? Nudge { get; } = nudge;
}
