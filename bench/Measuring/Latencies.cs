using System.Diagnostics;

namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>How long calls took, each of them. Not safe for several threads.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];
    private bool _isSorted;

    /// <summary>How many there are.</summary>
    public int Count => _ticks.Count;

    /// <summary>Takes in a call that began at <paramref name="started"/> and ends now.</summary>
    public void AddSince(long started)
    {
        _ticks.Add(Stopwatch.GetTimestamp() - started);
        _isSorted = false;
    }

    /// <summary>Takes in all of <paramref name="others"/>.</summary>
    public void Add(Latencies others)
    {
        _ticks.AddRange(others._ticks);
        _isSorted = false;
    }

    /// <summary>The time in milliseconds that <paramref name="share"/> of the calls did not exceed (nearest rank).</summary>
    public double PercentileMs(double share)
    {
        if (_ticks.Count == 0)
            return double.NaN;

        if (!_isSorted)
        {
            _ticks.Sort();
            _isSorted = true;
        }

        var rank = Math.Clamp((int)Math.Ceiling(share * _ticks.Count), 1, _ticks.Count);
        return _ticks[rank - 1] * 1_000.0 / Stopwatch.Frequency;
    }
}
