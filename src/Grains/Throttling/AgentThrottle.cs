using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// What holds one agent back beside authority and money: limits of rate and concurrency, its own and those of the delegation
/// that it acts on; circuit breakers; and observed latency. It is in memory and bounded, and begins afresh with every
/// activation: it may be a little generous then, which money and authority may not.
/// </summary>
/// <param name="agent">The agent's stream: what decides when the agent's own limits do.</param>
/// <param name="options">The bounds.</param>
public sealed class AgentThrottle(StreamId agent, ThrottleOptions options)
{
    private readonly HolderLimits _agent = new(options);
    private readonly RunningWorkloads _running = new(options);

    private RecentTable<DelegationId, HolderLimits>? _delegations;
    private RecentTable<ProviderModel, CircuitBreaker>? _breakers;
    private RecentTable<ProviderModel, LatencyHistory>? _latencies;
    private bool _observesLatency;

    /// <summary>Whether a request has to be checked by one at all.</summary>
    /// <param name="limits">The agent's limits.</param>
    /// <param name="chain">The chain that permits the request; null if none is required.</param>
    public static bool IsNeeded(AgentLimits? limits, AdmittedChain? chain) =>
        limits?.EnforceSla == true || !LimitValues.Of(limits).IsEmpty || !LimitValues.Of(chain).IsEmpty;

    /// <summary>Whether a report has to be told to one: failures are counted also where nothing is limited.</summary>
    public static bool IsNeededFor(WorkloadRequest request, Reconciliation report) =>
        report.Outcome == Outcome.Failed && ProviderModel.Of(request) is not null;

    /// <summary>
    /// Whether a workload may begin now. Takes nothing. In this order: the breaker, the service level, more tokens than any
    /// wait makes room for, concurrency, requests, tokens. A wait that is told is long enough for every limit that is in the way.
    /// </summary>
    /// <param name="request">What is asked.</param>
    /// <param name="limits">The agent's limits; null for none.</param>
    /// <param name="leaf">The agent's own delegation that it would act on; null if none is required.</param>
    /// <param name="chain">That delegation's chain; null exactly if <paramref name="leaf"/> is.</param>
    /// <param name="now">The instant.</param>
    /// <returns>Why not; null if it may.</returns>
    public ThrottleFault? Check(WorkloadRequest request, AgentLimits? limits, DelegationId? leaf, AdmittedChain? chain, DateTimeOffset now)
    {
        _observesLatency = limits?.EnforceSla == true;
        if (ProviderModel.Of(request) is { } called && (Open(called, now) ?? TooSlow(called, request.Sla, now)) is { } provider)
            return provider;

        var tokens = TokenCount.Of(request.Estimate);
        var own = new ThrottledHolder("the agent", agent.Value, null, LimitValues.Of(limits), _agent);
        var delegated = Delegated(leaf, chain);
        return own.TooManyTokens(tokens) ?? delegated.TooManyTokens(tokens) ?? Longest(
        [
            own.NoSlot(now), delegated.NoSlot(now),
            own.NoRequest(now), delegated.NoRequest(now),
            own.NoTokens(tokens, now), delegated.NoTokens(tokens, now),
        ]);
    }

    /// <summary>
    /// A workload begins: takes a slot, one request, its estimated tokens, and the probe's place if the breaker is not
    /// closed; all of it whether or not there is room, since it was checked before. A workload that has begun only has its
    /// lease set anew.
    /// </summary>
    /// <param name="id">The workload.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="limits">The agent's limits; null for none.</param>
    /// <param name="leaf">The agent's own delegation that it acts on; null if none is required.</param>
    /// <param name="chain">That delegation's chain; null exactly if <paramref name="leaf"/> is.</param>
    /// <param name="expiresAt">When its hold ends without a sign of life, and its slot with it.</param>
    /// <param name="now">The instant.</param>
    public void Begin(
        WorkloadId id, WorkloadRequest request, AgentLimits? limits, DelegationId? leaf, AdmittedChain? chain, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        if (_running.Contains(id))
        {
            Extend(id, expiresAt);
            return;
        }

        _observesLatency = limits?.EnforceSla == true;
        var tokens = TokenCount.Of(request.Estimate);
        var ofAgent = _agent.Begin(id, LimitValues.Of(limits), tokens, expiresAt, now);

        DelegationId? limiting = null;
        TokenCharge? ofLeaf = null;
        if (leaf is { } own && LimitValues.Of(chain) is { IsEmpty: false } delegated)
        {
            limiting = own;
            _delegations ??= new(options.DelegationsMax, (used, at) => used.IsIdle(at));
            ofLeaf = _delegations.GetOrAdd(own, () => new HolderLimits(options), now).Begin(id, delegated, tokens, expiresAt, now);
        }

        if (ProviderModel.Of(request) is { } called && _breakers is not null && _breakers.TryGet(called, out var breaker))
            breaker.Begin(id, expiresAt, now);
        if (limiting is not null || !LimitValues.Of(limits).IsEmpty)
            _running.Add(id, new RunningWorkload(limiting, tokens, ofAgent, ofLeaf), expiresAt, now);
    }

    /// <summary>A workload showed a sign of life: its slot, and its place as a probe, last until <paramref name="expiresAt"/>.</summary>
    public void Extend(WorkloadId id, DateTimeOffset expiresAt)
    {
        _running.Extend(id, expiresAt);
        _agent.Extend(id, expiresAt);
        foreach (var delegation in _delegations?.Values ?? [])
            delegation.Extend(id, expiresAt);
        foreach (var breaker in _breakers?.Values ?? [])
            breaker.Extend(id, expiresAt);
    }

    /// <summary>
    /// A workload ended: frees its slot and its place as a probe, corrects its tokens by the actual ones, and learns from its
    /// outcome and latency. Call it once for a workload: a failure told twice counts twice.
    /// </summary>
    /// <param name="id">The workload.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="report">How it ended; null if it never ran, and then its tokens are given back, but not its request.</param>
    /// <param name="now">The instant.</param>
    public void End(WorkloadId id, WorkloadRequest request, Reconciliation? report, DateTimeOffset now)
    {
        _agent.End(id);
        var running = _running.Remove(id);
        Free(id, running);
        if (running is not null && (report is null ? 0 : TokenCount.Of(report)) is { } actual)
        {
            running.OfAgent?.Correct(running.Tokens, actual, now);
            running.OfLeaf?.Correct(running.Tokens, actual, now);
        }

        if (ProviderModel.Of(request) is { } called)
            Learn(called, id, report, now);
    }

    /// <summary>Whether a new one would do the same, so that its owner may forget it.</summary>
    public bool IsIdle(DateTimeOffset now) =>
        _running.IsEmpty(now) && _agent.IsIdle(now) && _delegations?.IsIdle(now) != false
        && _breakers?.IsIdle(now) != false && _latencies?.IsIdle(now) != false;

    /// <summary>The first fault with the longest wait: after it none of them is in the way.</summary>
    private static ThrottleFault? Longest(ReadOnlySpan<ThrottleFault?> faults)
    {
        ThrottleFault? first = null;
        foreach (var fault in faults)
        {
            first ??= fault;
            if (fault?.RetryAfterMs > first?.RetryAfterMs)
                first = first! with { RetryAfterMs = fault.RetryAfterMs };
        }

        return first;
    }

    private ThrottledHolder Delegated(DelegationId? leaf, AdmittedChain? chain)
    {
        if (leaf is not { } own || LimitValues.Of(chain) is not { IsEmpty: false } limits)
            return default;

        HolderLimits? used = null;
        _delegations?.TryGet(own, out used);
        return new ThrottledHolder($"the delegation {own}", agent.Value, chain!.Chain, limits, used);
    }

    private ThrottleFault? Open(ProviderModel called, DateTimeOffset now)
    {
        if (_breakers is null || !_breakers.TryGet(called, out var breaker) || breaker.WaitFor(now) is var wait && wait == TimeSpan.Zero)
            return null;

        return new ThrottleFault(
            DecisionResult.Blocked, ReasonCodes.ProviderErrorUpstream,
            $"calls of {called} by this agent failed one after the other: they are held back until one that is let through to try succeeds; ask again later, or call something else",
            $"circuit breaker {called}", ThrottledHolder.Milliseconds(wait));
    }

    private ThrottleFault? TooSlow(ProviderModel called, ServiceLevel? sla, DateTimeOffset now)
    {
        if (!_observesLatency || sla is null || _latencies is null || !_latencies.TryGet(called, out var history)
            || history.P95(now) is not { } p95 || p95.LatencyMs <= sla.LatencyTargetMs)
            return null;

        return new ThrottleFault(
            DecisionResult.Blocked, ReasonCodes.SlaLatencyViolation,
            $"95 of 100 calls of {called} by this agent took up to {p95.LatencyMs} ms (the last {p95.Samples}), and the tier {sla.Tier} has a target of {sla.LatencyTargetMs} ms; ask for a faster model, or for a tier with more time",
            $"latency of {called}", null);
    }

    private void Free(WorkloadId id, RunningWorkload? running)
    {
        if (_delegations is null || running is { Leaf: null })
            return;

        // What was crowded out of memory may still have its slot.
        if (running?.Leaf is not { } leaf)
        {
            foreach (var any in _delegations.Values)
                any.End(id);
        }
        else if (_delegations.TryGet(leaf, out var delegation))
        {
            delegation.End(id);
        }
    }

    private void Learn(ProviderModel called, WorkloadId id, Reconciliation? report, DateTimeOffset now)
    {
        if (report?.Outcome == Outcome.Failed)
        {
            _breakers ??= new(options.ModelsMax, (breaker, at) => breaker.IsIdle(at));
            _breakers.GetOrAdd(called, () => new CircuitBreaker(options), now).End(id, Outcome.Failed, now);
        }
        else if (_breakers is not null && _breakers.TryGet(called, out var breaker))
        {
            breaker.End(id, report?.Outcome, now);
            _breakers.RemoveIfIdle(called, now);
        }

        if (_observesLatency && report?.LatencyMs is { } latencyMs)
        {
            _latencies ??= new(options.ModelsMax, (history, at) => history.IsIdle(at));
            _latencies.GetOrAdd(called, () => new LatencyHistory(options), now).Add(latencyMs, now);
        }
    }
}
