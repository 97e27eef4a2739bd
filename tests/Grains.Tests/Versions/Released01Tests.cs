using System.Text.Json;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Versions;

/// <summary>What the ledger that version 0.1 wrote comes to, whatever build reads it: what these say never changes.</summary>
public sealed class Released01Tests
{
    private static readonly Version Released = new(0, 1);
    private static readonly DateTimeOffset Later = GoldenLedger.Start.AddMinutes(100);
    private static readonly Principal Maria = Principal.Parse("user:maria@example.com");

    [Fact]
    public void Budget_AfterAllOfItsEntries_StandsAsItDid()
    {
        var usd = Budget("usd");

        // Spent: a credit of 25, 12 + 4 + 1.5 reconciled, 3 + 2 without a reservation. Held: 11, 3.25, 17 on an approval, and for
        // the approvals 21 and 23, which what was withdrawn and released went back to. Unresolved: 13. Overrun: 2 + 1.5 + 3 + 2.
        Assert.Equal("1000 Month: -2.5 75.25 13 8.5 914.25; 200 Day: -2.5 75.25 13 8.5 114.25", Stand(usd, ""));
        Assert.Equal("430 Month: 22.5 75.25 13 8.5 319.25", Stand(usd, "nlp"));
        Assert.Equal("100 Month: 20.5 75.25 13 6.5 -8.75", Stand(usd, "nlp/customerId=c-17"));
        Assert.Equal("90 Hour: 0 0 0 0 90", Stand(usd, "nlp/bot"));
    }

    [Fact]
    public void Budget_AfterAllOfItsEntries_IsDefinedAndFrozenAsItWas()
    {
        var usd = Budget("usd");

        Assert.Equal((BudgetState.Active, "Europe/Berlin", Unit.Usd), (usd.View(ScopePath.Root, null, 1, Later).State, usd.View(ScopePath.Root, null, 1, Later).TimeZone, usd.Unit));
        Assert.Equal((BudgetState.Frozen, "incident 8"), (usd.View(ScopePath.Parse("nlp/bot"), null, 1, Later).State, usd.View(ScopePath.Parse("nlp/bot"), null, 1, Later).FrozenReason));
        Assert.Equal(BudgetState.Active, usd.View(ScopePath.Parse("nlp"), null, 1, Later).State);
        Assert.Equal(Quantity.Parse("30"), usd.View(ScopePath.Parse("nlp"), null, 1, Later).Limits[0].Raised);
        Assert.Equal(
            """{"unit":"USD","limits":[{"limit":"1000","period":"month"},{"limit":"200","period":"day"}],"timeZone":"Europe/Berlin","onExpiry":"keep","defaultPrice":{"inputPerMillion":"1","outputPerMillion":"4","currency":"USD"},"children":{"nlp":{"limit":"400","period":"month","children":{"bot":{"limits":[{"limit":"90","period":"hour"}]}},"perValue":{"customerId":{"limit":"100","period":"month","optional":true}}}},"weekStart":"sunday","fiscalYearStart":4,"warnAt":80,"alerts":[50,90],"mode":"enforce","estimate":"p95","maxScopes":500}""",
            JsonSerializer.Serialize(usd.Definition, GenOpsJson.Canonical));
        Assert.Equal(BudgetState.Archived, Budget("closed").View(ScopePath.Root, null, 1, Later).State);
        Assert.Equal(WeekDay.Sunday, Budget("weeks").Definition!.WeekStart);
        Assert.Equal(Enum.GetValues<BudgetPeriod>(), Budget("periods").Definition!.Limits!.Value.Select(limit => limit.Period));
    }

    [Theory]
    [InlineData(20, "usd/nlp 11 Open until 11:52 for planner planner-grant")]
    [InlineData(21, "usd/nlp 13 Unresolved until 11:53 for planner planner-grant")]
    [InlineData(31, "usd/nlp 3.25 Open until 12:03 commits in zeal for planner planner-grant")]
    [InlineData(32, "usd/nlp 17 Open until 12:05 for planner planner-grant taken from 900")]
    [InlineData(902, "usd/nlp 21 Open until 11:08 for an approval")]
    [InlineData(903, "usd/nlp 23 Open until 11:11 for an approval")]
    public void Holding_ThatNobodyEnded_IsHeld(int number, string expected)
    {
        var held = Budget("usd").Find(GoldenLedger.Id(number))!;

        Assert.Equal(
            expected,
            $"usd/{held.Scope} {held.Amount} {held.State} until {held.ExpiresAt:HH:mm}{(held.CommitsIn is { } last ? $" commits in {last}" : "")}"
            + (held.For is { } asked ? $" for {asked.Agent} {asked.Delegation}" : "")
            + (held.IsForApproval ? " for an approval" : "")
            + (held.Taken is { } taken && taken.Approval == new ApprovalId(GoldenLedger.Id(900)) ? " taken from 900" : ""));
    }

    [Theory]
    [InlineData(1, WorkloadState.Refused, "BLOCKED x_approval_required")]
    [InlineData(2, WorkloadState.Refused, "RATE_LIMITED RATE_LIMITED")]
    [InlineData(10, WorkloadState.Reconciled, "ALLOWED ")]
    [InlineData(11, WorkloadState.Reconciled, "ALLOWED ")]
    [InlineData(12, WorkloadState.Reconciled, "ALLOWED ")]
    [InlineData(13, WorkloadState.Refused, "BLOCKED x_authority_revoked")]
    [InlineData(14, WorkloadState.Released, "ALLOWED ")]
    [InlineData(15, WorkloadState.Released, "ALLOWED ")]
    [InlineData(16, WorkloadState.Refused, "BLOCKED BUDGET_EXCEEDED")]
    [InlineData(17, WorkloadState.Refused, "BLOCKED x_workload_abandoned")]
    [InlineData(20, WorkloadState.Open, "WARNING x_budget_threshold")]
    [InlineData(21, WorkloadState.Unresolved, "ALLOWED ")]
    [InlineData(32, WorkloadState.Open, "ALLOWED ")]
    [InlineData(33, WorkloadState.Refused, "BLOCKED x_authority_revoked")]
    public void Workload_DecidedByIt_IsDecidedSo(int number, WorkloadState state, string decision)
    {
        var id = GoldenLedger.Id(number);
        var record = WorkloadRecord.Of(id, [.. GoldenEntries.Of(Released).Where(entry => entry.Workload == id && !entry.Stream.Value.StartsWith("p/", StringComparison.Ordinal))])!;

        Assert.Equal(state, record.State);
        Assert.Equal(decision, $"{JsonSerializer.Serialize(record.Decision!.Result, GenOpsJson.Canonical).Trim('"')} {record.Decision.ReasonCode}");
    }

    [Fact]
    public void SpendTree_OfADelegation_HasItsLimit()
    {
        var tree = Budget("@planner-grant");

        Assert.Equal((Unit.Usd, 1_000), (tree.Unit, tree.Definition!.MaxScopes));
        Assert.Empty(tree.NewLimits(Chain(version: 2)));
        Assert.Equal([new BudgetLinkLimited(DelegationId.Parse("planner-grant"), Quantity.Parse("50"), BudgetPeriod.Day, 3)], tree.NewLimits(Chain(version: 3)));

        static ReserveCommand Chain(int version) => new BudgetRun(Later).Command(GoldenLedger.Id(1), "", BudgetRun.Costs("1")) with
        {
            Spend = new SpendChain(Unit.Usd, [new SpendLink(DelegationId.Parse("planner-grant"), Quantity.Parse("50"), BudgetPeriod.Day, version)]),
        };
    }

    [Fact]
    public void Agent_AfterAllOfItsEntries_MayWhatItMight()
    {
        var planner = Agent("planner");

        Assert.Equal((AgentState.Suspended, "the agent planner is suspended: incident 7"), (planner.State, planner.Refusal));
        Assert.Equal(AgentState.Active, Agent("helper").State);
        Assert.Equal((AgentState.Closed, false), (Agent("gone").State, Agent("gone").Exists));
        Assert.Equal("5 60 100000 True", $"{planner.Limits!.MaxConcurrent} {planner.Limits.RequestsPerMinute} {planner.Limits.TokensPerMinute} {planner.Limits.EnforceSla}");
        Assert.Equal(["usd/nlp", "zeal/"], planner.Bindings.Select(binding => $"{binding.Root}/{binding.Scope}"));
        Assert.Equal(new ApprovalId(GoldenLedger.Id(900)), Assert.Single(planner.Claims.All).Approval);
        Assert.Equal(["old-grant 1 no longer needed", "planner-grant 2 "], planner.Authority.Delegations.Select(one => $"{one.Id} {one.Version} {one.Revoked?.Reason}"));
        Assert.Equal(
            """{"from":"user:maria@example.com","to":"agent:planner","parent":"root-grant","capabilities":{"operations":["inference"],"tools":["search"],"providers":["openai"],"models":["gpt-4o*"],"regions":["eu-west"],"data":["public","internal"]},"limits":{"costPerOperation":{"amount":"20","unit":"USD"},"spend":{"amount":"50","unit":"USD","period":"day"},"maxConcurrent":3,"requestsPerMinute":30,"tokensPerMinute":50000,"maxDepth":2},"notBefore":"2026-11-02T10:00:00.000000Z","expiresAt":"2027-01-31T10:00:00.000000Z","approvalWhen":"cost > 15","approverGroup":"finance"}""",
            JsonSerializer.Serialize(planner.Authority.Find(DelegationId.Parse("planner-grant"))!.Definition, GenOpsJson.Canonical));
    }

    [Fact]
    public void Authority_ReadFromItAlone_IsTheAgents()
    {
        var entries = GoldenEntries.Of(Released).Where(entry => entry.Stream.Value.StartsWith("a/", StringComparison.Ordinal)).ToArray();
        var forest = new DelegationForest();
        foreach (var entry in entries)
            forest.Apply(entry);

        Assert.Equal(
            [(DelegationId.Parse("old-grant"), DelegationState.Revoked), (DelegationId.Parse("planner-grant"), DelegationState.Active)],
            forest.List(new DelegationQuery(CountMax: 10), Later).Select(mark => (mark.Id, mark.State)));
    }

    [Fact]
    public void Tenant_AfterAllOfItsEntries_HasItsKeysAndPrices()
    {
        var tenant = GoldenEntries.Fold(Released, "t/acme", new TenantRecord(TenantId.Parse("acme")));

        Assert.Equal((TenantState.Active, AuthorityMode.Required, "Acme"), (tenant.State, tenant.Authority, tenant.View().DisplayName));
        Assert.Equal(TenantState.Closed, GoldenEntries.Fold(Released, "t/closed", new TenantRecord(TenantId.Parse("closed"))).State);
        Assert.Equal(
            [("k0", Role.Service, true), ("k1", Role.Approver, false), ("k2", Role.Operator, true), ("k3", Role.Auditor, true), ("k4", Role.Admin, true)],
            tenant.Keys.Values.Select(key => (key.Id, key.Request.Role, key.IsGood(Later))));
        Assert.Equal(new string('a', 64), tenant.Keys["k0"].SecretHash);
        Assert.Equal((AgentId.Parse("planner"), Principal.Parse("agent:planner")), (tenant.Keys["k0"].Request.Agent, tenant.Keys["k0"].Request.Principal));
        Assert.Equal(
            new ModelPrice("house-model", Quantity.Parse("2"), Quantity.Parse("8"), Unit.Usd, "house", Quantity.Parse("0.5"), Quantity.Parse("2.5"), Quantity.Parse("0.01")),
            Assert.Single(tenant.Prices.Newest.Overlay.Prices));
        Assert.Equal(new ExchangeRate(Unit.Parse("EUR"), Unit.Usd, Quantity.Parse("1.0825"), "ecb"), Assert.Single(tenant.Prices.Newest.Rates.Rates));
    }

    [Fact]
    public void Approvals_AfterAllOfTheirEntries_AreDecidedAsTheyWere()
    {
        var (used, denied) = (Approval(900), Approval(901));

        Assert.Equal((ApprovalState.Used, Maria, "go ahead", GoldenLedger.Id(32)), (used.State, used.DecidedBy, used.Reason, used.UsedBy));
        Assert.Equal([Principal.Parse("user:tom@example.com")], used.AlsoAskedBy);
        Assert.Equal((ApprovalState.Denied, Maria, "no", (WorkloadId?)null), (denied.State, denied.DecidedBy, denied.Reason, denied.UsedBy));
        Assert.Equal(["finance", "security"], used.Asked.ApproverGroups);
    }

    private static BudgetTree Budget(string root) =>
        GoldenEntries.Fold(Released, $"b/acme/{root}", new BudgetTree(BudgetRoot.Parse(root), new BudgetTreeOptions()));

    private static AgentRecord Agent(string name) => GoldenEntries.Fold(Released, $"a/acme/{name}", new AgentRecord(AgentId.Parse(name)));

    private static ApprovalView Approval(int number)
    {
        var id = new ApprovalId(GoldenLedger.Id(number));
        return GoldenEntries.Fold(Released, $"p/acme/{id}", new ApprovalRecord(id)).View(Later);
    }

    /// <summary>Each limit as <c>limit period: spent reserved unresolved overrun remaining</c>.</summary>
    private static string Stand(BudgetTree tree, string scope) => string.Join("; ", tree.View(ScopePath.Parse(scope), null, 1, Later).Limits.Select(limit =>
        $"{limit.Limit} {limit.Period}: {limit.Spent} {limit.Reserved} {limit.Unresolved} {limit.Overrun} {limit.Remaining}"));
}
