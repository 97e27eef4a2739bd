using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What was used lately; bounded, and read without a lock. It has two generations: once the younger one is full it takes
/// the place of the elder, which is forgotten but for what was used since and has moved to the younger one.
/// </summary>
/// <typeparam name="TKey">What it is remembered by.</typeparam>
/// <typeparam name="TValue">What is remembered.</typeparam>
/// <param name="countMax">The most that are remembered, 1 or more; half of them at least are, if they are there.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int countMax) where TKey : notnull where TValue : class
{
    private readonly int _youngerMax = Math.Max(1, countMax / 2);
    private readonly Lock _changing = new();
    private volatile ConcurrentDictionary<TKey, TValue> _younger = new();
    private volatile ConcurrentDictionary<TKey, TValue> _elder = new();
    private int _youngerCount; // the dictionary's own count takes all its locks

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_changing)
                return _younger.Count + _elder.Count;
        }
    }

    /// <summary>What is remembered for <paramref name="key"/>, which is used by this.</summary>
    public bool TryGetValue(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        if (_younger.TryGetValue(key, out value))
            return true;

        // Whatever moves between the two meanwhile is at worst missed, and then read again.
        if (!_elder.ContainsKey(key))
            return false;

        lock (_changing)
            return TryUse(key, out value);
    }

    /// <summary>
    /// Remembers <paramref name="next"/> in the place of <paramref name="known"/>, or of nothing if that was forgotten.
    /// </summary>
    /// <param name="key">What it is remembered by.</param>
    /// <param name="known">What was remembered so far; null if nothing was.</param>
    /// <param name="next">What is to be.</param>
    /// <returns>What is remembered now: <paramref name="next"/>, unless somebody else was quicker.</returns>
    public TValue Replace(TKey key, TValue? known, TValue next)
    {
        lock (_changing)
        {
            if (TryUse(key, out var present) && !ReferenceEquals(present, known))
                return present;

            Remember(key, next);
            return next;
        }
    }

    /// <summary>Forgets <paramref name="known"/>; what took its place stays.</summary>
    public void Forget(TKey key, TValue known)
    {
        lock (_changing)
        {
            if (_younger.TryRemove(KeyValuePair.Create(key, known)))
                _youngerCount--;
            _elder.TryRemove(KeyValuePair.Create(key, known));
        }
    }

    private bool TryUse(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        if (_younger.TryGetValue(key, out value))
            return true;
        if (!_elder.TryRemove(key, out value))
            return false;

        Remember(key, value);
        return true;
    }

    private void Remember(TKey key, TValue value)
    {
        if (_younger.ContainsKey(key))
        {
            _younger[key] = value;
            return;
        }

        if (_youngerCount >= _youngerMax)
        {
            // Before the younger one is replaced, so that no reader finds it in neither.
            _elder = countMax > 1 ? _younger : new ConcurrentDictionary<TKey, TValue>();
            _younger = new ConcurrentDictionary<TKey, TValue>();
            _youngerCount = 0;
        }

        _younger[key] = value;
        _youngerCount++;
    }
}
