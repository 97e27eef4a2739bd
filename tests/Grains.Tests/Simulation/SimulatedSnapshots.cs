using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Snapshots that outlive crashes, are read and written late, and can be lost or spoilt.</summary>
internal sealed class SimulatedSnapshots(SimulatedWorld world) : IGrainStorage, IKeyedServiceProvider
{
    private readonly Dictionary<GrainId, LedgerSnapshot> _snapshots = [];

    public int Count => _snapshots.Count;

    /// <summary>How many readings found one.</summary>
    public int Read { get; private set; }

    public void LoseAll() => _snapshots.Clear();

    public LedgerSnapshot? Find(string key) => _snapshots.GetValueOrDefault(GrainId.Create(key[..1], key));

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await world.DelayAsync("snapshot read");
        if (!_snapshots.TryGetValue(grainId, out var snapshot))
            return;

        Read++;
        grainState.State = (T)(object)Copy(snapshot);
        grainState.RecordExists = true;
        await world.DelayAsync("snapshot read");
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var snapshot = Copy((LedgerSnapshot)(object)grainState.State!);
        await world.DelayAsync("snapshot write");
        _snapshots[grainId] = snapshot;
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    public object? GetService(Type serviceType) => null;

    public object? GetKeyedService(Type serviceType, object? serviceKey) =>
        serviceType == typeof(IGrainStorage) && (string?)serviceKey == SnapshotStore.ProviderName ? this : null;

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) =>
        GetKeyedService(serviceType, serviceKey) ?? throw new NotSupportedException($"{serviceType} '{serviceKey}'");

    private static LedgerSnapshot Copy(LedgerSnapshot snapshot) =>
        new() { HeadNumber = snapshot.HeadNumber, HeadHash = [.. snapshot.HeadHash], Payload = [.. snapshot.Payload] };
}
