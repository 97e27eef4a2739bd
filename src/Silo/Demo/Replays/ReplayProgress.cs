using System.Collections.Concurrent;
using System.Collections.Immutable;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>How far a replay is. Written by the callers, read by the screen.</summary>
/// <param name="callsTotal">How many calls there are.</param>
internal sealed class ReplayProgress(int callsTotal)
{
    private readonly int[] _byResult = new int[Enum.GetValues<DecisionResult>().Length];
    private readonly ConcurrentDictionary<string, int> _byReason = new(StringComparer.Ordinal);
    private int _decided;

    /// <summary>How many calls there are.</summary>
    public int CallsTotal => callsTotal;

    /// <summary>How many are decided.</summary>
    public int Decided => Volatile.Read(ref _decided);

    /// <summary>How many had <paramref name="result"/>.</summary>
    public int Of(DecisionResult result) => Volatile.Read(ref _byResult[(int)result]);

    /// <summary>How many had each reason, by its code.</summary>
    public ImmutableSortedDictionary<string, int> Reasons() => _byReason.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Counts a decision.</summary>
    public void Count(Decision decision)
    {
        Interlocked.Increment(ref _byResult[(int)decision.Result]);
        if (decision.ReasonCode is { } reason)
            _byReason.AddOrUpdate(reason, 1, (_, count) => count + 1);
        Interlocked.Increment(ref _decided);
    }
}
