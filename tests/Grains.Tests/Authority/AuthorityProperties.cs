using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityProperties
{
    private const int Forests = 400;

    private const int RequestsEach = 400;

    private static readonly Gen<(WorkloadRequest Request, int Hour, int? Cost)> GenAsked =
        Gen.Select(AuthorityUniverse.GenRequest, Gen.Int[0, 6], Gen.OneOf<int?>(null, 0, 0, 1, 2, 3, 5), (request, hour, cost) => (request, hour, cost));

    [Fact]
    public void Evaluate_AnyForestAndRequest_IsWhatTheIntersectionOfEveryChainSays()
    {
        var (evaluations, permitted, longest) = (0, 0, 0);
        var codes = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        Gen.Select(DelegationStep.Gen.Array[1, 60], GenAsked.Array[RequestsEach]).Sample(
            (steps, asked) =>
            {
                var book = Grown(steps);
                var reference = new AuthorityReference(book);
                var chains = AuthorityUniverse.Agents.ToDictionary(agent => agent, book.ChainsOf);
                foreach (var (request, hour, units) in asked)
                {
                    var now = AuthorityUniverse.At(hour);
                    var verdict = AuthorityEvaluator.Evaluate(request.Agent, chains[request.Agent.Value], request, now, unit => Cost(unit, units));

                    Assert.Equal(reference.Answer(request, now, unit => Cost(unit, units)), AuthorityReference.Tell(verdict));
                    Assert.Equal(verdict.Fault is null, !verdict.Permitting.IsEmpty);
                    Interlocked.Increment(ref evaluations);
                    if (verdict.Fault is { } fault)
                        codes.AddOrUpdate(fault.Code, 1, (_, count) => count + 1);
                    else
                        Interlocked.Increment(ref permitted);
                }

                var most = book.All.Max(one => book.ChainOf(one.Id).Links.Length);
                InterlockedMax(ref longest, most);
            },
            iter: Forests);

        // What was never met was not tested.
        Assert.True(evaluations >= 100_000 && permitted >= evaluations / 20 && longest >= 4, $"{permitted} of {evaluations} permitted, {longest} links");
        Assert.Equal(
            [
                "POLICY_DENY_MODEL", "POLICY_DENY_REGION", "x_agent_suspended", "x_authority_expired", "x_authority_missing", "x_authority_revoked",
                "x_capability_denied", "x_cost_per_operation", "x_data_denied", "x_provider_denied", "x_tool_denied",
            ],
            codes.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Evaluate_AnyForest_NoDelegationPermitsWhatTheOneAboveItDoesNot()
    {
        var compared = 0;
        Gen.Select(DelegationStep.Gen.Array[1, 60], GenAsked.Array[100]).Sample(
            (steps, asked) =>
            {
                var book = Grown(steps);
                foreach (var child in book.All.Where(one => one.Definition.Parent is not null))
                {
                    var (below, above) = (book.ChainOf(child.Id), book.ChainOf(child.Definition.Parent!.Value));
                    foreach (var (request, hour, units) in asked)
                    {
                        if (!Permits(below, request, hour, units))
                            continue;
                        Assert.True(Permits(above, request, hour, units), $"{child.Id} permits {request}, {child.Definition.Parent} does not");
                        Interlocked.Increment(ref compared);
                    }
                }
            },
            iter: Forests);
        Assert.True(compared >= 10_000, $"{compared} requests were permitted below");
    }

    [Fact]
    public void Effective_AnyChain_PermitsTheNamesThatEveryLinkPermits() =>
        DelegationStep.Gen.Array[1, 60].Sample(
            steps =>
            {
                var book = Grown(steps);
                var reference = new AuthorityReference(book);
                foreach (var one in book.All)
                {
                    var effective = AuthorityChainRules.Effective(book.ChainOf(one.Id));
                    foreach (var (list, names, patterns) in new[]
                    {
                        ("operations", AuthorityUniverse.Operations, effective.Capabilities.Operations),
                        ("tools", AuthorityUniverse.Tools, effective.Capabilities.Tools),
                        ("providers", AuthorityUniverse.Providers, effective.Capabilities.Providers),
                        ("models", AuthorityUniverse.Models, effective.Capabilities.Models),
                        ("regions", AuthorityUniverse.Regions, effective.Capabilities.Regions),
                        ("data", AuthorityUniverse.Classes, effective.Capabilities.Data),
                    })
                    {
                        Assert.Equal(
                            names.Where(name => reference.Permits(one.Id, list, name)),
                            names.Where(name => CapabilityPatterns.Permit(patterns, name)));
                    }
                }
            },
            iter: Forests);

    [Fact]
    public void Grant_AnyForest_ChainsEndAtAPersonWithoutACircleAndWithinTheirDepth() =>
        DelegationStep.Gen.Array[1, 60].Sample(
            steps =>
            {
                var book = Grown([.. steps.Where(step => step.Kind < 20)]);
                foreach (var one in book.All)
                {
                    var chain = book.ChainOf(one.Id);
                    Assert.False(chain.Links[0].Definition.From.IsAgent);
                    Assert.Equal(chain.Links.Length, chain.Links.Select(link => link.Definition.To).Distinct().Count());
                    Assert.All(chain.Links.Select((link, at) => (link, at)), item => Assert.True(
                        !(item.link.Definition.Limits?.MaxDepth < chain.Links.Length - 1 - item.at)));
                    Assert.Null(chain.Terms.FirstGap);
                }
            },
            iter: Forests);

    private static DelegationBook Grown(DelegationStep[] steps)
    {
        var book = new DelegationBook();
        book.Put("d00", DelegationBook.FromMaria("a0"));
        foreach (var step in steps)
            step.Do(book);
        return book;
    }

    private static bool Permits(AuthorityChain chain, WorkloadRequest request, int hour, int? units)
    {
        var agent = chain.Links[^1].Definition.To.Agent!.Value;
        return AuthorityEvaluator.Evaluate(agent, [chain], request with { Agent = agent }, AuthorityUniverse.At(hour), unit => Cost(unit, units)).Fault is null;
    }

    // Tokens are known even when the money is not.
    private static Quantity? Cost(Unit unit, int? units) =>
        unit == Unit.Tokens ? Quantity.FromUnits((units ?? 0) / 2) : units is { } known ? Quantity.FromUnits(known) : null;

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
