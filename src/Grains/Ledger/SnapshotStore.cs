using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// Snapshots in Orleans' grain storage. They are a cache: whatever goes wrong here is logged and costs only time.
/// </summary>
public sealed class SnapshotStore(IServiceProvider services, ILogger<SnapshotStore> logger)
{
    /// <summary>The storage provider's name.</summary>
    public const string ProviderName = "snapshots";

    private const string StateName = "snapshot";

    private readonly IGrainStorage? _storage = services.GetKeyedService<IGrainStorage>(ProviderName);

    /// <summary>The newest snapshot; null if there is none or it can't be read.</summary>
    public async Task<LedgerSnapshot?> ReadAsync(GrainId grain)
    {
        if (_storage is null)
            return null;

        try
        {
            var state = new GrainState<LedgerSnapshot>(new LedgerSnapshot());
            await _storage.ReadStateAsync(StateName, grain, state);
            return state.RecordExists ? state.State : null;
        }
        catch (Exception error)
        {
            LedgeredGrainLog.SnapshotUnavailable(logger, error, grain, "read");
            return null;
        }
    }

    /// <summary>Replaces the snapshot.</summary>
    public async Task WriteAsync(GrainId grain, LedgerSnapshot snapshot)
    {
        if (_storage is null)
            return;

        try
        {
            // Written once in many hundred entries, so reading the version first costs nothing that counts. A race of
            // two activations is lost by one of them, and both snapshots were true.
            var state = new GrainState<LedgerSnapshot>(new LedgerSnapshot());
            await _storage.ReadStateAsync(StateName, grain, state);
            if (state is { RecordExists: true, State: not null } && state.State.HeadNumber >= snapshot.HeadNumber && state.State.HeadHash.AsSpan().SequenceEqual(snapshot.HeadHash))
                return;

            state.State = snapshot;
            await _storage.WriteStateAsync(StateName, grain, state);
        }
        catch (Exception error)
        {
            LedgeredGrainLog.SnapshotUnavailable(logger, error, grain, "written");
        }
    }
}
