namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// How rate, concurrency, circuit breakers and observed latency throttle one agent; configured as section
/// <c>GenOps:Throttling</c> (<c>GenOps__Throttling__BreakerFailures</c> in the environment).
/// </summary>
public sealed class ThrottleOptions
{
    /// <summary>How many failures in a row, reported within <see cref="BreakerWindow"/>, open the breaker of a provider and model.</summary>
    /// <value>5 reports; from 1 to 100.</value>
    public int BreakerFailures { get; set; } = 5;

    /// <summary>The time within which these failures must have been reported.</summary>
    /// <value>1 min; from 1 s to 1 h.</value>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a breaker stays open before the first probe; twice as long after each probe that failed.</summary>
    /// <value>30 s; from 1 s to 1 h.</value>
    public TimeSpan BreakerOpenFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a breaker stays open before it lets a probe through.</summary>
    /// <value>5 min; from <see cref="BreakerOpenFor"/> to 1 d.</value>
    public TimeSpan BreakerOpenForMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most pairs of provider and model that an agent's breakers, and its latencies, are kept for; the one longest unused goes first.</summary>
    /// <value>64 pairs; from 1 to 1,000.</value>
    public int ModelsMax { get; set; } = 64;

    /// <summary>The most latencies remembered of a provider and model.</summary>
    /// <value>128 reports, 16 bytes each; from <see cref="LatencySamplesMin"/> to 10,000.</value>
    public int LatencySamplesMax { get; set; } = 128;

    /// <summary>The fewest latencies that say anything about a provider and model.</summary>
    /// <value>20 reports; from 1 to 10,000.</value>
    public int LatencySamplesMin { get; set; } = 20;

    /// <summary>How long a latency counts. A model that is refused is tried again at the latest when this has passed.</summary>
    /// <value>10 min; from 1 s to 1 d.</value>
    public TimeSpan LatencyAgeMax { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The longest that tokens consumed beyond a limit keep an agent waiting, beyond the minute in which a used up limit is
    /// there again.
    /// </summary>
    /// <value>1 h; from 0 to 1 d.</value>
    public TimeSpan TokenDebtMax { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The most delegations of an agent whose limits are counted; the one longest idle goes first, and starts afresh when it is used again.</summary>
    /// <value>64 delegations; from 1 to 1,000.</value>
    public int DelegationsMax { get; set; } = 64;

    /// <summary>
    /// The most running workloads of an agent of which it is remembered what they were charged; the tokens of what is beyond
    /// stay as they were estimated.
    /// </summary>
    /// <value>4,096 workloads, about 250 bytes each; from 1 to 1,000,000.</value>
    public int WorkloadsMax { get; set; } = 4_096;

    /// <summary>How long after its end without a sign of life a workload's report still corrects the tokens that it was charged.</summary>
    /// <value>10 min; from 0 to 1 d.</value>
    public TimeSpan LateReportsFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many RATE_LIMITED of an agent are recorded one by one within any <see cref="FloodWindow"/>; further ones are counted.</summary>
    /// <value>10 refusals; from 1 to 1,000.</value>
    public int FloodRefusals { get; set; } = 10;

    /// <summary>The time over which refusals are a flood, and after which what was counted is recorded.</summary>
    /// <value>10 s; from 1 s to 10 min.</value>
    public TimeSpan FloodWindow { get; set; } = TimeSpan.FromSeconds(10);
}
