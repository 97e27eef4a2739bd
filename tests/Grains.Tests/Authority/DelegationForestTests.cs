using System.Diagnostics;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ids;
using static GenOps.ControlPlane.Authority.AuthorityEntries;

namespace GenOps.ControlPlane.Authority;

public sealed class DelegationForestTests
{
    // maria → planner (d1) → worker (d2) → helper (d4); d1 → scout (d3); otto → worker (d5)
    private static AuthorityEntries Family() => new AuthorityEntries()
        .Agent("planner").Agent("worker").Agent("helper").Agent("scout")
        .Grant("d1", "user:maria", "planner")
        .Grant("d2", "agent:planner", "worker", "d1")
        .Grant("d3", "agent:planner", "scout", "d1")
        .Grant("d4", "agent:worker", "helper", "d2")
        .Grant("d5", "user:otto", "worker");

    [Fact]
    public void List_WithEachFilter_GivesWhatMatchesByName()
    {
        var forest = new AuthorityEntries()
            .Grant("z", "user:maria", "planner").Grant("b", "agent:planner", "worker", "z").Grant("a", "user:otto", "worker")
            .Grant("c", "agent:planner", "scout", "z").Forest();

        Assert.Equal("a b c z", Names(forest, new DelegationQuery()));
        Assert.Equal("a b", Names(forest, new DelegationQuery(To: Agent("worker"))));
        Assert.Equal("b c", Names(forest, new DelegationQuery(From: Principal.Parse("agent:planner"))));
        Assert.Equal("b", Names(forest, new DelegationQuery(Agent("worker"), Principal.Parse("agent:planner"))));
        Assert.Equal("b c z", Names(forest, new DelegationQuery(Of: Agent("planner"))));
        Assert.Equal("b", Names(forest, new DelegationQuery(From: Principal.Parse("agent:planner"), Of: Agent("worker"))));
        Assert.Equal("b c", Names(forest, new DelegationQuery(Parent: Id("z"))));
        Assert.Equal("c", Names(forest, new DelegationQuery(To: Agent("scout"), Parent: Id("z"))));
        Assert.Equal("", Names(forest, new DelegationQuery(Parent: Id("nothing"))));
        Assert.Equal("", Names(forest, new DelegationQuery(From: Principal.Parse("user:nobody"))));
    }

    [Fact]
    public void List_PageByPage_GivesEachOnce()
    {
        var entries = new AuthorityEntries();
        foreach (var number in new[] { 5, 3, 9, 1, 7 })
            entries.Grant($"d{number}", "user:maria", "planner");
        var forest = entries.Forest();

        Assert.Equal("d1 d3", Names(forest, new DelegationQuery(CountMax: 2)));
        Assert.Equal("d5 d7", Names(forest, new DelegationQuery(After: Id("d3"), CountMax: 2)));
        Assert.Equal("d9", Names(forest, new DelegationQuery(After: Id("d8"), CountMax: 2)));
        Assert.Equal("d9", Names(forest, new DelegationQuery(To: Agent("planner"), After: Id("d7"))));
        Assert.Equal("", Names(forest, new DelegationQuery(After: Id("d9"))));
    }

    [Fact]
    public void Mark_OfEachState_SaysIt()
    {
        var forest = new AuthorityEntries()
            .Grant("active", "user:maria", "planner", expiresAt: Now.AddSeconds(1))
            .Grant("expired", "user:maria", "planner", expiresAt: Now)
            .Grant("later", "user:maria", "planner", notBefore: Now.AddSeconds(1))
            .Grant("revoked", "user:maria", "planner").Revoke("revoked", "planner")
            .Grant("changed", "user:maria", "planner").Change("changed", "user:maria", "planner", expiresAt: Now.AddDays(-1))
            .Grant("below", "agent:planner", "worker", "active").Forest();

        Assert.Equal(DelegationState.Active, forest.Mark(Id("active"), Now)!.State);
        Assert.Equal(DelegationState.Expired, forest.Mark(Id("expired"), Now)!.State);
        Assert.Equal(DelegationState.NotYet, forest.Mark(Id("later"), Now)!.State);
        Assert.Equal(DelegationState.Revoked, forest.Mark(Id("revoked"), Now)!.State);
        Assert.Equal(DelegationState.Expired, forest.Mark(Id("changed"), Now)!.State);
        Assert.Equal(
            new DelegationMark(Id("below"), Principal.Parse("agent:planner"), Agent("worker"), Id("active"), DelegationState.Active, null),
            forest.Mark(Id("below"), Now));
        Assert.Null(forest.Mark(Id("nothing"), Now));
    }

    [Fact]
    public void OfDelegation_WithDelegationsBelow_CountsThemAndTheirAgents()
    {
        var reach = Family().Forest().OfDelegation(Id("d2"), Now)!;

        Assert.Equal(1, reach.Below);
        Assert.Equal("d2 d4", Names(reach.CutOff));
        Assert.Equal("helper worker", string.Join(' ', reach.Agents));
        Assert.Equal("d1 d2 d4", Names(reach.Trees));
        Assert.Equal(3, Family().Forest().OfDelegation(Id("d1"), Now)!.Below);
        Assert.Null(Family().Forest().OfDelegation(Id("d9"), Now));
    }

    [Fact]
    public void OfDelegation_WhatIsCutOffAlready_IsNotCountedAgain()
    {
        var forest = Family().Revoke("d2", "worker").Grant("d6", "agent:planner", "helper", "d1", Now).Forest();

        Assert.Equal("d1 d3", Names(forest.OfDelegation(Id("d1"), Now)!.CutOff));
        Assert.Equal(1, forest.OfDelegation(Id("d1"), Now)!.Below);
        foreach (var gone in new[] { "d2", "d4", "d6" })
        {
            var reach = forest.OfDelegation(Id(gone), Now)!;
            Assert.Equal((0, 0, 0), (reach.Below, reach.CutOff.Count, reach.Agents.Length));
        }
    }

    [Fact]
    public void OfAgent_WithSeveralDelegations_TakesAllThatItWasGrantedAndAllBelow()
    {
        var reach = Family().Forest().OfAgent(Agent("worker"), Now);

        Assert.Equal(3, reach.Below);
        Assert.Equal("d2 d4 d5", Names(reach.CutOff));
        Assert.Equal("helper worker", string.Join(' ', reach.Agents));
        Assert.Equal(["bare"], Family().Agent("bare").Forest().OfAgent(Agent("bare"), Now).Agents.Select(agent => agent.Value));
    }

    [Fact]
    public void OfAgent_GrantedADelegationAndOneBelowIt_CountsEachOnce()
    {
        var forest = Family().Grant("d6", "agent:helper", "scout", "d4").Forest();

        Assert.Equal("d3 d6", Names(forest.OfAgent(Agent("scout"), Now).CutOff));
        Assert.Equal(4, forest.OfDelegation(Id("d1"), Now)!.Below);
    }

    [Fact]
    public void Close_OfAnAgent_RevokesWhatItWasGrantedAlsoAfterItIsRegisteredAgain()
    {
        var forest = Family().Close("worker").Agent("worker").Grant("d7", "user:otto", "worker").Forest();

        Assert.Equal(DelegationState.Revoked, forest.Mark(Id("d2"), Now)!.State);
        Assert.Equal(DelegationState.Active, forest.Mark(Id("d4"), Now)!.State);
        Assert.Equal("d7", Names(forest.OfAgent(Agent("worker"), Now).CutOff));
        Assert.Equal("d1 d3", Names(forest.OfDelegation(Id("d1"), Now)!.CutOff));
    }

    [Fact]
    public void OfTenant_Whole_IsEveryRegisteredAgentAndAllThatPermits()
    {
        var reach = Family().Agent("idle").Close("scout").Revoke("d5", "worker").Forest().OfTenant(Now);

        Assert.Equal(3, reach.Below);
        Assert.Equal("d1 d2 d4", Names(reach.CutOff));
        Assert.Equal("helper idle planner worker", string.Join(' ', reach.Agents));
    }

    [Fact]
    public void Apply_HundredThousandDelegations_FitIntoAHundredMegabytes()
    {
        var entries = new AuthorityEntries();
        for (var number = 0; number < 100_000; number++)
        {
            if (number % 10 == 0)
                entries.Grant($"delegation-{number}", "user:maria@example.com", $"planner-{number}");
            else
                entries.Grant($"delegation-{number}", $"agent:planner-{number / 10 * 10}", $"worker-{number}", $"delegation-{number / 10 * 10}");
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        var forest = entries.Forest();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.Equal(100_000, forest.Count);
        Assert.True(bytes < 100 << 20, $"{bytes >> 20} MiB");
        TestContext.Current.SendDiagnosticMessage("{0} ms, {1} MiB for 100,000 delegations", elapsed.TotalMilliseconds, bytes >> 20);
        Assert.Equal(9, forest.OfDelegation(Id("delegation-500"), Now)!.Below);
        GC.KeepAlive(entries);
    }

    private static string Names(DelegationForest forest, DelegationQuery query) => string.Join(' ', forest.List(query, Now).Select(mark => mark.Id));

    private static string Names(IEnumerable<DelegationId> ids) => string.Join(' ', ids.Order());

    private static DelegationId Id(string id) => DelegationId.Parse(id);

    private static AgentId Agent(string agent) => AgentId.Parse(agent);
}
