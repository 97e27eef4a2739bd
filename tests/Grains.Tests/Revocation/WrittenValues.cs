namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>Everything that one thing was ever set to, and what it may have been at an instant: known from outside alone.</summary>
internal sealed class WrittenValues<T>
{
    private readonly List<Written<T>> _writes;

    public WrittenValues(T first) => _writes = [new Written<T>(first, 0) { EndedAt = 0 }];

    public Written<T> Begin(T value, long startedAt)
    {
        var written = new Written<T>(value, startedAt);
        _writes.Add(written);
        return written;
    }

    /// <summary>Whether there is an order of what happened in which it <paramref name="holds"/> at some instant from one to the other.</summary>
    public bool MayHaveBeen(Predicate<T> holds, long from, long to)
    {
        foreach (var written in _writes)
        {
            // Set again after it was acknowledged, and acknowledged before anybody asked: it is over.
            if (written.StartedAt < to && holds(written.Value)
                && !_writes.Exists(later => later.StartedAt > written.EndedAt && later.EndedAt < from))
                return true;
        }

        return false;
    }

    public override string ToString() => string.Join(", ", _writes.Select(written =>
        $"{(written.Value is IEnumerable<string> names ? string.Join('+', names) : written.Value)} [{written.StartedAt}, {(written.IsAcknowledged ? written.EndedAt : "?")}]"));
}
