using System.Collections.Concurrent;
using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static GenOps.ControlPlane.Authority.AuthorityEntries;

namespace GenOps.ControlPlane.Authority;

public sealed class CutOffsTests
{
    private readonly AuthorityEntries _entries = new AuthorityEntries()
        .Agent("planner").Agent("worker").Agent("scout")
        .Grant("d1", "user:maria", "planner").Grant("d2", "agent:planner", "worker", "d1").Grant("e1", "user:otto", "scout");

    private readonly Dictionary<string, (string Unit, DelegationHold[] Holds)> _budgets = [];
    private readonly ConcurrentQueue<string> _asked = new();

    [Fact]
    public async Task OfDelegation_WithWorkBelow_CountsItAndItsMoneyOnce()
    {
        Budget("usd", "USD", Hold("d2", "worker", 3, "6"), Hold("e1", "scout", 1, "50"), Hold(null, "worker", 2, "9"));
        Budget("@d1", "USD", Hold("d2", "worker", 0, "6"), Hold("d1", "planner", 1, "2.5"));
        Budget("requests", "requests", Hold("d1", "planner", 1, "1"));
        Budget("@e1", "USD", Hold("e1", "scout", 4, "100"));

        var cutOff = await CutOffs().OfDelegationAsync(Acme, Id("d1"));

        Assert.Equal((1, 2, 5), (cutOff.Descendants, cutOff.AgentCount, cutOff.OpenReservations));
        Assert.Equal(["planner", "worker"], cutOff.Agents.Select(agent => agent.Value));
        Assert.Equal(["8.5 USD", "1 requests"], cutOff.Held.Select(held => held.ToString()));
        Assert.Equal(["@d1", "requests", "usd"], _asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OfDelegation_BelowOne_AsksTheTreesAboveIt()
    {
        Budget("@d1", "USD", Hold("d2", "worker", 1, "4"), Hold("d1", "planner", 1, "7"));

        var cutOff = await CutOffs().OfDelegationAsync(Acme, Id("d2"));

        Assert.Equal((0, 1, 1, "4 USD"), (cutOff.Descendants, cutOff.AgentCount, cutOff.OpenReservations, Assert.Single(cutOff.Held).ToString()));
    }

    [Fact]
    public async Task OfDelegation_Unknown_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<NotFoundException>(() => CutOffs().OfDelegationAsync(Acme, Id("d9")));

        Assert.Equal("delegation_not_found", error.Code);
    }

    [Fact]
    public async Task OfDelegation_RevokedAlready_CutsNothingOff()
    {
        _entries.Revoke("d1", "planner");
        Budget("usd", "USD", Hold("d2", "worker", 3, "6"));

        var cutOff = await CutOffs().OfDelegationAsync(Acme, Id("d1"));

        Assert.Equal((0, 0, 0, 0), (cutOff.Descendants, cutOff.AgentCount, cutOff.OpenReservations, cutOff.Held.Length));
    }

    [Fact]
    public async Task OfAgent_WithWorkWithoutADelegation_CountsThatToo()
    {
        Budget("usd", "USD", Hold("d2", "worker", 3, "6"), Hold(null, "planner", 2, "1"), Hold(null, "worker", 5, "5"));
        Budget("@gone", "USD", Hold("gone", "planner", 1, "3"));

        var cutOff = await CutOffs().OfAgentAsync(Acme, AgentId.Parse("planner"));

        Assert.Equal((2, 2, 6), (cutOff.Descendants, cutOff.AgentCount, cutOff.OpenReservations));
        Assert.Equal("10 USD", Assert.Single(cutOff.Held).ToString());
    }

    [Fact]
    public async Task OfTenant_Whole_CountsEverything()
    {
        Budget("usd", "USD", Hold("d2", "worker", 3, "6"), Hold(null, "other", 2, "1"));
        Budget("tok", "tokens", Hold("e1", "scout", 1, "700"));
        _entries.Budgets.Add("never-defined");

        var cutOff = await CutOffs().OfTenantAsync(Acme);

        Assert.Equal((3, 3, 6), (cutOff.Descendants, cutOff.AgentCount, cutOff.OpenReservations));
        Assert.Equal(["7 USD", "700 tokens"], cutOff.Held.Select(held => held.ToString()));
    }

    [Fact]
    public async Task OfTenant_ManyAgents_NamesTheFirstHundred()
    {
        for (var number = 100; number < 250; number++)
            _entries.Agent($"a{number}");

        var cutOff = await CutOffs().OfTenantAsync(Acme);

        Assert.Equal((153, 100, "a100", "a199"), (cutOff.AgentCount, cutOff.Agents.Length, cutOff.Agents[0].Value, cutOff.Agents[^1].Value));
    }

    [Fact]
    public async Task OfTenant_MoreBudgetsThanMayBeAsked_IsRefused()
    {
        Budget("usd", "USD");
        Budget("tok", "tokens");

        var error = await Assert.ThrowsAsync<InvalidRequestException>(
            () => CutOffs(new DelegationIndexOptions { BudgetsMax = 1 }).OfTenantAsync(Acme));

        Assert.Equal(("range_too_large", "dryRun: would have to ask more than 1 budgets; have GenOps:Authority:BudgetsMax raised"), (error.Code, error.Message));
        Assert.Empty(_asked);
    }

    [Fact]
    public void OfKey_BoundOrNot_NamesItsAgentAndNothingElse()
    {
        var bound = Authority.CutOffs.OfKey(AgentId.Parse("bot"));
        var free = Authority.CutOffs.OfKey(null);

        Assert.Equal((0, 1, "bot", 0, 0), (bound.Descendants, bound.AgentCount, Assert.Single(bound.Agents).Value, bound.OpenReservations, bound.Held.Length));
        Assert.Equal((0, 0, 0, 0, 0), (free.Descendants, free.AgentCount, free.Agents.Length, free.OpenReservations, free.Held.Length));
    }

    private static DelegationId Id(string id) => DelegationId.Parse(id);

    private static DelegationHold Hold(string? delegation, string agent, int count, string amount) =>
        new(delegation is null ? null : Id(delegation), AgentId.Parse(agent), count, Quantity.Parse(amount));

    private void Budget(string root, string unit, params DelegationHold[] holds)
    {
        _entries.Budgets.Add(root);
        _budgets[root] = (unit, holds);
    }

    private CutOffs CutOffs(DelegationIndexOptions? options = null)
    {
        var configured = Options.Create(options ?? new DelegationIndexOptions());
        var grains = Scripted.Of<IGrainFactory>((_, args) => Scripted.Of<IBudgetGrain>((method, _) => Answer(((string)args[0]!)["b/acme/".Length..], method)));
        return new CutOffs(new DelegationIndex(_entries.Reader, _entries.Watch, configured), _entries.Reader, grains, new FakeTimeProvider(Now), configured);
    }

    private object Answer(string root, string method)
    {
        var isDefined = _budgets.TryGetValue(root, out var budget);
        if (method == nameof(IBudgetGrain.GetHeaderAsync))
            return new ValueTask<BudgetHeader?>(isDefined ? new BudgetHeader(Unit.Parse(budget.Unit)) : null);

        _asked.Enqueue(root);
        return Task.FromResult<ImmutableArray<DelegationHold>>([.. budget.Holds]);
    }
}
