using System.Diagnostics.CodeAnalysis;

namespace GenOps.ControlPlane.Throttling;

/// <summary>A bounded table that makes room by the entry longest unused, an idle one if there is one.</summary>
/// <param name="countMax">The most entries.</param>
/// <param name="isIdle">Whether an entry may be forgotten without anybody noticing.</param>
internal sealed class RecentTable<TKey, TValue>(int countMax, Func<TValue, DateTimeOffset, bool> isIdle)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = [];

    public IEnumerable<TValue> Values => _byUse.Select(entry => entry.Value);

    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        value = _byKey.TryGetValue(key, out var node) ? node.Value.Value : null;
        return value is not null;
    }

    /// <summary>The entry, made if it is missing, as the one last used.</summary>
    public TValue GetOrAdd(TKey key, Func<TValue> make, DateTimeOffset now)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Value;
        }

        if (_byKey.Count >= countMax)
            Remove((FirstIdle(now) ?? _byUse.First)!);
        var value = make();
        _byKey.Add(key, _byUse.AddLast((key, value)));
        return value;
    }

    public void RemoveIfIdle(TKey key, DateTimeOffset now)
    {
        if (_byKey.TryGetValue(key, out var node) && isIdle(node.Value.Value, now))
            Remove(node);
    }

    public bool IsIdle(DateTimeOffset now) => _byUse.All(entry => isIdle(entry.Value, now));

    private LinkedListNode<(TKey Key, TValue Value)>? FirstIdle(DateTimeOffset now)
    {
        var node = _byUse.First;
        while (node is not null && !isIdle(node.Value.Value, now))
            node = node.Next;
        return node;
    }

    private void Remove(LinkedListNode<(TKey Key, TValue Value)> node)
    {
        _byUse.Remove(node);
        _byKey.Remove(node.Value.Key);
    }
}
