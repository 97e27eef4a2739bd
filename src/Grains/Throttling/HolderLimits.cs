using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Throttling;

/// <summary>How much of its limits one holder has used: the agent, or one of its delegations. Each part is made when it is first needed.</summary>
/// <param name="options">The bounds.</param>
internal sealed class HolderLimits(ThrottleOptions options)
{
    private ConcurrencySlots? _slots;
    private GcraLimiter? _requests;
    private GcraLimiter? _tokens;

    /// <summary>How many workloads run.</summary>
    public int RunningAt(DateTimeOffset now) => _slots?.CountAt(now) ?? 0;

    /// <summary>How long until one more of <paramref name="limit"/> may run, at the latest; zero if it may now.</summary>
    public TimeSpan WaitForSlot(int limit, DateTimeOffset now) => _slots?.WaitFor(limit, now) ?? TimeSpan.Zero;

    /// <summary>How long until one more of <paramref name="limit"/> a minute may begin; zero if it may now.</summary>
    public TimeSpan WaitForRequest(int limit, DateTimeOffset now) => WaitFor(_requests, limit, 1, now);

    /// <summary>How long until <paramref name="tokens"/> more of <paramref name="limit"/> a minute may be taken; zero if they may now.</summary>
    public TimeSpan WaitForTokens(long limit, long tokens, DateTimeOffset now) => WaitFor(_tokens, limit, tokens, now);

    /// <summary>A workload begins.</summary>
    /// <returns>What it was charged in tokens; null if they are not limited.</returns>
    public TokenCharge? Begin(WorkloadId id, LimitValues limits, long tokens, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        if (limits.MaxConcurrent is not null)
            (_slots ??= new ConcurrencySlots()).Begin(id, expiresAt);
        if (limits.RequestsPerMinute is { } requests)
            Limiter(ref _requests, requests, now).Take(1, now);
        if (limits.TokensPerMinute is not { } most)
            return null;

        var limiter = Limiter(ref _tokens, most, now);
        return new TokenCharge(limiter, limiter.Take(tokens, now));
    }

    /// <summary>The workload's slot lapses at <paramref name="expiresAt"/> now; nothing if it has none.</summary>
    public void Extend(WorkloadId id, DateTimeOffset expiresAt) => _slots?.Extend(id, expiresAt);

    /// <summary>Frees the workload's slot; nothing if it has none.</summary>
    public void End(WorkloadId id) => _slots?.End(id);

    /// <summary>Whether a new one would do the same.</summary>
    public bool IsIdle(DateTimeOffset now) =>
        RunningAt(now) == 0 && _requests?.IsIdle(now) != false && _tokens?.IsIdle(now) != false;

    private static TimeSpan WaitFor(GcraLimiter? limiter, long limit, long count, DateTimeOffset now)
    {
        limiter?.Change(limit, now);
        return limiter?.WaitFor(count, now) ?? TimeSpan.Zero;
    }

    private GcraLimiter Limiter(ref GcraLimiter? limiter, long limit, DateTimeOffset now)
    {
        limiter ??= new GcraLimiter(limit, options.TokenDebtMax, now);
        limiter.Change(limit, now);
        return limiter;
    }
}
