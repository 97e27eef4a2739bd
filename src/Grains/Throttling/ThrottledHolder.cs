using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>One holder of limits as a request meets it: the agent, or the delegation that it acts on.</summary>
/// <param name="Name">For people: <c>the agent</c>, <c>the delegation d-1</c>.</param>
/// <param name="Stream">The agent's stream; decides for the agent.</param>
/// <param name="Chain">The delegation with all above it; null for the agent.</param>
/// <param name="Limits">What limits it.</param>
/// <param name="Used">What is used; null if nothing was ever counted.</param>
internal readonly record struct ThrottledHolder(
    string Name, string Stream, AuthorityChain? Chain, LimitValues Limits, HolderLimits? Used)
{
    /// <summary>Why <paramref name="tokens"/> are more than any wait makes room for; null if they are not.</summary>
    public ThrottleFault? TooManyTokens(long tokens)
    {
        if (Limits.TokensPerMinute is not { } limit || tokens <= limit)
            return null;

        return new ThrottleFault(
            DecisionResult.RateLimited, ReasonCodes.RateLimited,
            $"{tokens} tokens are asked for at once, and {Name} may use {limit} in a minute: no wait makes room for them; ask for less, or raise tokensPerMinute",
            DecidedBy(limits => limits?.TokensPerMinute, limit), null);
    }

    /// <summary>Why no more may run; null if one may.</summary>
    public ThrottleFault? NoSlot(DateTimeOffset now)
    {
        if (Limits.MaxConcurrent is not { } limit || Used?.WaitForSlot(limit, now) is not { } wait || wait == TimeSpan.Zero)
            return null;

        return new ThrottleFault(
            DecisionResult.RateLimited, ReasonCodes.ConcurrencyLimit,
            $"{Used.RunningAt(now)} workloads of {Name} run, and {limit} may at once: one more may as soon as one ends, or lapses without a sign of life; report or release what is done, or raise maxConcurrent",
            DecidedBy(limits => limits?.MaxConcurrent, limit), Milliseconds(wait));
    }

    /// <summary>Why no more may begin; null if one may.</summary>
    public ThrottleFault? NoRequest(DateTimeOffset now)
    {
        if (Limits.RequestsPerMinute is not { } limit || Used?.WaitForRequest(limit, now) is not { } wait || wait == TimeSpan.Zero)
            return null;

        return new ThrottleFault(
            DecisionResult.RateLimited, ReasonCodes.RateLimited,
            $"{Name} may begin {limit} workloads in a minute, and has: ask again later, or raise requestsPerMinute",
            DecidedBy(limits => limits?.RequestsPerMinute, limit), Milliseconds(wait));
    }

    /// <summary>Why <paramref name="tokens"/> may not be taken now; null if they may.</summary>
    public ThrottleFault? NoTokens(long tokens, DateTimeOffset now)
    {
        if (Limits.TokensPerMinute is not { } limit || Used?.WaitForTokens(limit, tokens, now) is not { } wait || wait == TimeSpan.Zero)
            return null;

        return new ThrottleFault(
            DecisionResult.RateLimited, ReasonCodes.RateLimited,
            $"{tokens} tokens are asked for, and {Name} has used more of its {limit} in a minute than leaves them: ask again later or for less, or raise tokensPerMinute",
            DecidedBy(limits => limits?.TokensPerMinute, limit), Milliseconds(wait));
    }

    /// <summary>Rounded up: nobody is told to come too early.</summary>
    public static long Milliseconds(TimeSpan wait) =>
        (wait.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    /// <summary>The topmost link that sets the limit, since raising it anywhere below would not help.</summary>
    private string DecidedBy(Func<DelegationLimits?, long?> limitOf, long limit)
    {
        if (Chain is null)
            return Stream;

        var links = Chain.Links;
        var deciding = links.FirstOrDefault(link => limitOf(link.Definition.Limits) == limit) ?? links[^1];
        return $"delegation {deciding.Id}";
    }
}
