using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>What the tests of throttling ask and answer.</summary>
internal static class Throttles
{
    public static readonly DateTimeOffset T0 = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public static readonly StreamId Agent = new("a/acme/support-bot");

    public static readonly ThrottleOptions Options = new();

    public static readonly Reconciliation Failed = new(Outcome: Outcome.Failed);

    public static readonly Reconciliation Succeeded = new(Outcome: Outcome.Succeeded);

    public static DateTimeOffset At(double seconds) => T0.AddSeconds(seconds);

    public static WorkloadId Id(int number) => WorkloadId.FromLedger(new Guid(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0));

    public static WorkloadRequest Request(long? tokens = null, string? model = null, ServiceLevel? sla = null) => new(
        AgentId.Parse("support-bot"),
        new Operation("answer", "inference"),
        new Attribution("support", "helpdesk", "production"),
        Provider: model is null ? null : "openai",
        Model: model,
        Estimate: tokens is { } most ? Estimate.OfTokens(most / 4, most - (most / 4)) : null,
        Sla: sla);

    public static Reconciliation Used(long tokens) => new(new TokenUsage(tokens, 0));

    /// <summary>A chain whose topmost link is <c>d-1</c>; the limits of each link are as given.</summary>
    public static AdmittedChain Chain(params DelegationLimits?[] limits)
    {
        var links = limits.Select((each, i) => new Delegation(
            DelegationId.Parse($"d-{i + 1}"),
            new DelegationDefinition(
                Principal.Parse(i == 0 ? "user:maria" : $"agent:a-{i}"), Principal.Parse($"agent:a-{i + 1}"),
                i == 0 ? null : DelegationId.Parse($"d-{i}"), Limits: each),
            1, T0, Principal.Parse("user:maria"))).ToImmutableArray();
        return new AdmittedChain(
            new AuthorityChain(links, null), [], null,
            limits.Min(each => each?.MaxConcurrent), limits.Min(each => each?.RequestsPerMinute), limits.Min(each => each?.TokensPerMinute));
    }
}
