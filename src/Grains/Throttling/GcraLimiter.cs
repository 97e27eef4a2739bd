namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// A rate per minute by the generic cell rate algorithm: as much at once as the whole limit, then evenly. It never admits
/// more than limit + limit × elapsed / minute in any stretch of time.
/// </summary>
/// <remarks>
/// Everything is a whole number: one of what is counted is as many units as a minute has ticks, and the limit is as many
/// units as run off in a tick. So a limit that does not divide the minute is exact all the same.
/// </remarks>
public sealed class GcraLimiter
{
    private readonly TimeSpan _debtMax;

    private Int128 _used;

    /// <summary>All that ever ran off.</summary>
    private Int128 _runOff;

    /// <summary>The greatest mark given: where <see cref="_runOff"/> stands when all is run off.</summary>
    private Int128 _lastMark;

    private long _at;

    /// <summary>A limit of which nothing is used.</summary>
    /// <param name="limit">How much in a minute; 1 or more.</param>
    /// <param name="debtMax">The longest that what is taken beyond the limit makes wait, beyond the minute.</param>
    /// <param name="now">The instant.</param>
    public GcraLimiter(long limit, TimeSpan debtMax, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(debtMax, TimeSpan.Zero);
        Limit = limit;
        _debtMax = debtMax;
        _at = now.UtcTicks;
    }

    /// <summary>How much in a minute.</summary>
    public long Limit { get; private set; }

    private Int128 Capacity => (Int128)Limit * TimeSpan.TicksPerMinute;

    /// <summary>
    /// Another limit from now on. What is used stays used, but of a lower limit not more than all of it, and what was taken
    /// beyond the one before: nobody waits longer than a minute only because a limit was lowered.
    /// </summary>
    public void Change(long limit, DateTimeOffset now)
    {
        if (limit == Limit)
            return;

        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        RunOff(now);
        var debt = Int128.Max(0, _used - Capacity);
        Limit = limit;
        Use(Int128.Min(_used - debt, Capacity) + debt);
    }

    /// <summary>How long until <paramref name="count"/> more are admitted, exactly: not a tick earlier. Zero if they are now.</summary>
    /// <param name="count">0 to <see cref="Limit"/>: no wait makes room for more.</param>
    /// <param name="now">The instant.</param>
    public TimeSpan WaitFor(long count, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Limit);
        RunOff(now);
        var excess = _used + Units(count) - Capacity;
        if (excess <= 0)
            return TimeSpan.Zero;

        // A clock that was set back: what is used begins to run off only when it is again where it was.
        var behind = Math.Max(0, _at - now.UtcTicks);
        return new TimeSpan(behind + (long)((excess + Limit - 1) / Limit));
    }

    /// <summary>Takes <paramref name="count"/>, also beyond the limit.</summary>
    /// <returns>The mark by which <see cref="GiveBack"/> knows how much of it has run off.</returns>
    public Int128 Take(Int128 count, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RunOff(now);
        Use(_used + Units(count));
        var mark = _runOff + _used;
        _lastMark = Int128.Max(_lastMark, mark);
        return mark;
    }

    /// <summary>
    /// Gives back <paramref name="count"/> of what was taken at <paramref name="mark"/>, as far as it has not run off: what
    /// has is free for others already, and would be given twice.
    /// </summary>
    public void GiveBack(long count, Int128 mark, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RunOff(now);
        var left = Int128.Max(0, mark - _runOff);
        _used = Int128.Max(0, _used - Int128.Min(Units(count), left));
        SettleMarks();
    }

    /// <summary>Whether nothing is used, so that a new one would do the same.</summary>
    public bool IsIdle(DateTimeOffset now)
    {
        RunOff(now);
        return _used == 0;
    }

    private static Int128 Units(Int128 count) => count * TimeSpan.TicksPerMinute;

    private void RunOff(DateTimeOffset now)
    {
        var elapsed = now.UtcTicks - _at;
        if (elapsed <= 0)
            return;

        var gone = Int128.Min(_used, (Int128)Limit * elapsed);
        _used -= gone;
        _runOff += gone;
        _at += elapsed;
        SettleMarks();
    }

    private void Use(Int128 used) => _used = Int128.Min(used, Capacity + ((Int128)Limit * _debtMax.Ticks));

    /// <summary>When nothing is used, nothing is left to give back to anybody.</summary>
    private void SettleMarks()
    {
        if (_used == 0)
            _runOff = Int128.Max(_runOff, _lastMark);
    }
}
