using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Silo.Tests.Cluster.TestNode;

namespace GenOps.ControlPlane.Silo.Tests.Cluster;

/// <summary>The way of one call through real actors over a real SQLite ledger.</summary>
public sealed class GovernedCallTests : IAsyncLifetime
{
    private readonly TestNode _node = new();

    public async ValueTask InitializeAsync() => await _node.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Authorize_FitsTheBudget_HoldsAndReconcilesExactly()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "0.0061");

        var decision = await _node.Agent("bot").AuthorizeAsync(request);
        var held = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);
        var settled = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("0.0042"));
        var spent = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(DecisionResult.Allowed, decision.Result);
        Assert.Equal("9.9939", decision.Reservations.Single().Remaining.ToString());
        Assert.Equal("0.0061", held.Limits.Single().Reserved.ToString());
        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal("-0.0019", settled.Budgets.Single().Delta.ToString());
        Assert.Equal("0.0042", spent.Limits.Single().Spent.ToString());
        Assert.Equal("0", spent.Limits.Single().Reserved.ToString());
        Assert.Equal("9.9958", spent.Limits.Single().Remaining.ToString());
    }

    [Fact]
    public async Task Authorize_TwoHundredAtOnceAgainstAHundred_AllowsExactlyAHundred()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("100.00")));

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _node.Agent("bot").AuthorizeAsync(Request("bot", "1.00"))));

        Assert.Equal(100, decisions.Count(decision => decision.Result == DecisionResult.Allowed));
        Assert.Equal(100, decisions.Count(decision => decision.ReasonCode == ReasonCodes.BudgetExceeded));
    }

    [Fact]
    public async Task Authorize_SameIdFiftyTimesAtOnce_OneEffectAndOneAnswer()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");

        var decisions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _node.Agent("bot").AuthorizeAsync(request)));
        var view = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Single(decisions.Select(decision => System.Text.Json.JsonSerializer.Serialize(decision, Json.GenOpsJson.Http)).Distinct());
        Assert.Equal("1", view.Limits.Single().Reserved.ToString());
    }

    [Fact]
    public async Task Authorize_SameIdWithOtherContent_IsAConflict()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");
        await _node.Agent("bot").AuthorizeAsync(request);

        var conflict = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").AuthorizeAsync(Request("bot", "2", request.Id)));

        Assert.Equal("idempotency_conflict", conflict.Code);
    }

    [Fact]
    public async Task Authorize_SameIdAfterRestart_GivesTheRecordedAnswer()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");
        var first = await _node.Agent("bot").AuthorizeAsync(request);
        await _node.StopAsync();
        await _node.StartAsync();

        var again = await _node.Agent("bot").AuthorizeAsync(request);
        var conflict = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").AuthorizeAsync(Request("bot", "2", request.Id)));
        await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("0.5"));
        var reconciledAgain = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("0.5"));
        var view = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(first, Json.GenOpsJson.Http), System.Text.Json.JsonSerializer.Serialize(again, Json.GenOpsJson.Http));
        Assert.Equal("idempotency_conflict", conflict.Code);
        Assert.Equal("0.5", reconciledAgain.Budgets.Single().Actual.ToString());
        Assert.Equal("0.5", view.Limits.Single().Spent.ToString());
    }

    [Fact]
    public async Task Authorize_SeveralBudgets_LaterOneRefuses_NothingIsHeld()
    {
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("0.5")));
        var request = Request("bot", "1");

        var decision = await _node.Agent("bot").AuthorizeAsync(request);
        var again = await _node.Agent("bot").AuthorizeAsync(request);
        var view = await _node.Budget("a-usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(ReasonCodes.BudgetReservationFailed, decision.ReasonCode);
        Assert.Equal("b-usd limit 0.5 USD", decision.DeterminedBy);
        Assert.Equal(["a-usd"], decision.Reservations.Select(reserved => reserved.Budget.Value));
        Assert.Equal(decision.Reason, again.Reason);
        Assert.Equal("0", view.Limits.Single().Reserved.ToString());
    }

    [Fact]
    public async Task Authorize_SeveralBudgets_HoldsInAllAndSettlesInAll()
    {
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("5")));
        var request = Request("bot", "1");

        var decision = await _node.Agent("bot").AuthorizeAsync(request);
        var settled = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("0.25"));
        var a = await _node.Budget("a-usd").GetAsync(ScopePath.Root, null, 10);
        var b = await _node.Budget("b-usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(["a-usd", "b-usd"], decision.Reservations.Select(held => held.Budget.Value));
        Assert.Equal(2, settled.Budgets.Length);
        Assert.Equal("0.25", a.Limits.Single().Spent.ToString());
        Assert.Equal("0.25", b.Limits.Single().Spent.ToString());
        Assert.Equal("0", a.Limits.Single().Reserved.ToString());
    }

    [Fact]
    public async Task Suspend_Acknowledged_RefusesEveryLaterCallAndKeepsSettling()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var before = Request("bot", "1");
        await _node.Agent("bot").AuthorizeAsync(before);

        var change = await _node.Agent("bot").SuspendAsync("it loops", Maria);
        var after = await _node.Agent("bot").AuthorizeAsync(Request("bot", "1"));
        var replay = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").AuthorizeAsync(before));
        var settled = await _node.Agent("bot").ReconcileAsync(before.Id!.Value, Actual("1"));
        await _node.Agent("bot").ResumeAsync("mended", Maria);
        var resumed = await _node.Agent("bot").AuthorizeAsync(Request("bot", "1"));

        Assert.Equal(ReasonCodes.AgentSuspended, after.ReasonCode);
        Assert.True(after.Epoch >= change.Epoch);
        Assert.Equal("authority_revoked", replay.Code);
        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal(DecisionResult.Allowed, resumed.Result);
    }

    [Fact]
    public async Task TenantSuspend_Acknowledged_RefusesEveryAgent()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        await _node.Agent("bot").AuthorizeAsync(Request("bot", "1"));

        await _node.Tenant().SuspendAsync("incident", Maria);
        var after = await _node.Agent("bot").AuthorizeAsync(Request("bot", "1"));

        Assert.Equal(ReasonCodes.TenantSuspended, after.ReasonCode);
    }

    [Fact]
    public async Task Release_UnknownId_IsATombstoneThatRefusesALateBegin()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");

        var released = await _node.Agent("bot").ReleaseAsync(request.Id!.Value, "gave up");
        var late = await _node.Agent("bot").AuthorizeAsync(request);

        Assert.Equal(WorkloadState.Released, released.State);
        Assert.Equal(ReasonCodes.WorkloadAbandoned, late.ReasonCode);
    }

    [Fact]
    public async Task Reconcile_AfterRelease_IsRecordedAndFlagged()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");
        await _node.Agent("bot").AuthorizeAsync(request);
        await _node.Agent("bot").ReleaseAsync(request.Id!.Value, "never ran");

        var settled = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("0.75"));
        var view = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(ReasonCodes.AccountingInvariantViolation, settled.Budgets.Single().Violation);
        Assert.Equal("0.75", view.Limits.Single().Spent.ToString());
        Assert.Equal("0.75", view.Limits.Single().Overrun.ToString());
    }

    [Fact]
    public async Task Authorize_NoBudgetBound_DrawsFromTheBuiltInOne()
    {
        await _node.RegisterAsync("bot");
        var request = Request("bot", "1") with { Estimate = null };

        var dry = await _node.Agent("bot").AuthorizeAsync(request, dryRun: true);
        var decision = await _node.Agent("bot").AuthorizeAsync(request);
        var settled = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, new Reconciliation());

        Assert.Equal(DecisionResult.Allowed, dry.Result);
        Assert.Equal("requests", decision.Reservations.Single().Budget.Value);
        Assert.Equal("1", settled.Budgets.Single().Actual.ToString());
    }

    [Fact]
    public async Task Reconcile_WithoutFigures_StaysCountedUntilTheyArrive()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var request = Request("bot", "1");
        await _node.Agent("bot").AuthorizeAsync(request);

        var unknown = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, new Reconciliation(Outcome: Outcome.Unknown));
        var between = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);
        var settled = await _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("2"));
        var other = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").ReconcileAsync(request.Id!.Value, Actual("3")));
        var after = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal(WorkloadState.Unresolved, unknown.State);
        Assert.Equal("1", between.Limits.Single().Unresolved.ToString());
        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal("already_resolved", other.Code);
        Assert.Equal("2", after.Limits.Single().Spent.ToString());
        Assert.Equal("1", after.Limits.Single().Overrun.ToString());
        Assert.Equal("0", after.Limits.Single().Unresolved.ToString());
    }

    [Fact]
    public async Task Usage_WithoutReservation_IsRecordedOnceInFull()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("1")));
        var report = new UsageReport(
            AgentId.Parse("bot"), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
            UsageReason.Ungoverned, WorkloadId.New(TimeProvider.System.GetUtcNow()), Actual: [new Amount(Quantity.Parse("3"), Unit.Usd)]);

        await _node.Agent("bot").RecordUsageAsync(report);
        var again = await _node.Agent("bot").RecordUsageAsync(report);
        var view = await _node.Budget("usd").GetAsync(ScopePath.Root, null, 10);
        var refused = await _node.Agent("bot").AuthorizeAsync(Request("bot", "0.1"));

        Assert.Equal("3", again.Budgets.Single().Actual.ToString());
        Assert.Equal("3", view.Limits.Single().Spent.ToString());
        Assert.Equal("-2", view.Limits.Single().Remaining.ToString());
        Assert.Equal(ReasonCodes.BudgetExceeded, refused.ReasonCode);
    }

    [Fact]
    public async Task Release_OfARefusal_HoldsNothingAndSaysSo()
    {
        await _node.RegisterAsync("bot");
        await _node.Agent("bot").PutAsync(new AgentDefinition([new BudgetBinding(BudgetRoot.Parse("missing"))]), Maria);
        var request = Request("bot", "1") with { Estimate = null };

        var decision = await _node.Agent("bot").AuthorizeAsync(request);
        var released = await _node.Agent("bot").ReleaseAsync(request.Id!.Value, "not needed");

        Assert.Equal(ReasonCodes.BudgetMissing, decision.ReasonCode);
        Assert.Equal(WorkloadState.Refused, released.State);
        Assert.Empty(released.Budgets);
    }

    [Fact(Timeout = 30_000)]
    public async Task Reservation_NobodyReportsItsEnd_BecomesUnresolvedByItselfAlsoAfterARestart()
    {
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("10")));
        var request = Request("bot", "1") with { TtlSeconds = 1 };
        await _node.Agent("bot").AuthorizeAsync(request);
        await _node.StopAsync();
        await _node.StartAsync();

        // Read from the ledger only, so that nobody wakes the budgets up.
        var record = await _node.UntilAsync(
            request.Id!.Value, found => found.Holdings.Values.All(holding => holding.State == WorkloadState.Unresolved), TestContext.Current.CancellationToken);

        Assert.Equal(2, record.Holdings.Count);
        Assert.Equal(WorkloadState.Unresolved, record.State);
    }

    [Fact]
    public async Task Usage_AgainAfterTheAgentIsBoundOtherwise_ChargesNothingMore()
    {
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("10")));
        await _node.Budget("c-usd").PutAsync(Usd("10"), Maria);
        var report = Usage("3");

        var first = await _node.Agent("bot").RecordUsageAsync(report);
        await BindAsync("c-usd");
        var again = await _node.Agent("bot").RecordUsageAsync(report);

        Assert.Equal(["a-usd", "b-usd"], first.Budgets.Select(budget => budget.Budget.Value));
        Assert.Equal(["a-usd", "b-usd"], again.Budgets.Select(budget => budget.Budget.Value));
        Assert.Equal(["3", "3", "0"], [await SpentAsync("a-usd"), await SpentAsync("b-usd"), await SpentAsync("c-usd")]);
    }

    [Fact]
    public async Task Usage_ThatOneBudgetCannotPrice_WritesNothing()
    {
        await _node.RegisterAsync("bot", ("a-tokens", new BudgetDefinition(Unit.Tokens)), ("b-usd", Usd("10")));
        var report = Usage("3") with { Actual = null, Model = "no-such-model", Usage = new TokenUsage(1000, 10) };

        await Assert.ThrowsAsync<InvalidRequestException>(() => _node.Agent("bot").RecordUsageAsync(report));
        var mended = await _node.Agent("bot").RecordUsageAsync(report with { Model = "gpt-4o", Provider = "openai" });

        Assert.Equal("1010", await SpentAsync("a-tokens"));
        Assert.Equal("0.0026", mended.Budgets[1].Actual.ToString());
    }

    [Fact]
    public async Task Usage_WithAnIdOfSomethingElse_IsAConflictAndWritesNothing()
    {
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("10")));
        var request = Request("bot", "1");
        await _node.Agent("bot").ReleaseAsync(request.Id!.Value, "gave up");

        var conflict = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").RecordUsageAsync(Usage("3") with { Id = request.Id }));

        Assert.Equal("idempotency_conflict", conflict.Code);
        Assert.Equal(["0", "0"], [await SpentAsync("a-usd"), await SpentAsync("b-usd")]);
    }

    [Fact]
    public async Task Usage_OfAnArchivedBudgetOrARemovedAgent_IsStillCharged()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        await _node.Budget("usd").ArchiveAsync(Maria);
        await _node.StopAsync();
        await _node.StartAsync();

        await _node.Agent("bot").RecordUsageAsync(Usage("3"));
        await _node.Agent("bot").CloseAsync(Maria);
        await _node.Agent("bot").RecordUsageAsync(Usage("4"));

        Assert.Equal("7", await SpentAsync("usd"));
    }

    [Fact]
    public async Task Usage_InAUnitThatNoBudgetCounts_IsRefused()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var report = Usage("3") with { Actual = [new Amount(Quantity.One, Unit.Usd), new Amount(Quantity.One, Unit.Parse("EUR"))] };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _node.Agent("bot").RecordUsageAsync(report));

        Assert.Equal("unit_mismatch", refused.Code);
        Assert.Equal("0", await SpentAsync("usd"));
    }

    [Fact]
    public async Task Authorize_WithAnIdOfAnotherAgent_HoldsNothing()
    {
        await _node.RegisterAsync("other", ("c-usd", Usd("10")));
        await _node.RegisterAsync("bot", ("a-usd", Usd("10")), ("b-usd", Usd("10")));
        var request = Request("other", "1");
        await _node.Agent("other").AuthorizeAsync(request);

        await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").AuthorizeAsync(Request("bot", "9", request.Id)));
        var view = await _node.Budget("a-usd").GetAsync(ScopePath.Root, null, 10);

        Assert.Equal("0", view.Limits.Single().Reserved.ToString());
    }

    [Fact]
    public async Task ReleaseAndReconcile_ThatOneBudgetRefuses_ChangeNoOther()
    {
        await _node.RegisterAsync("bot", ("a-tokens", new BudgetDefinition(Unit.Tokens)), ("b-usd", Usd("10")));
        var request = Request("bot", "1") with
        {
            Provider = "openai",
            Model = "gpt-4o",
            Estimate = Estimate.Of(new Amount(Quantity.FromUnits(500), Unit.Tokens), new Amount(Quantity.One, Unit.Usd)),
        };
        var id = request.Id!.Value;
        await _node.Agent("bot").AuthorizeAsync(request);
        await _node.Agent("bot").ReconcileAsync(id, new Reconciliation(Actual: [new Amount(Quantity.FromUnits(200), Unit.Tokens)]));

        var release = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").ReleaseAsync(id, "never ran"));
        var other = await Assert.ThrowsAsync<ConflictException>(() => _node.Agent("bot").ReconcileAsync(id, new Reconciliation(new TokenUsage(100, 50))));
        var between = await _node.Budget("b-usd").GetAsync(ScopePath.Root, null, 10);
        var settled = await _node.Agent("bot").ReconcileAsync(id, Actual("0.5"));

        Assert.Equal(["already_resolved", "already_resolved"], [release.Code, other.Code]);
        Assert.Equal("1", between.Limits.Single().Unresolved.ToString());
        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal("0.5", await SpentAsync("b-usd"));
    }

    [Fact]
    public async Task Register_AgainAfterRemoval_DoesNotEndASuspension()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        await _node.Agent("bot").SuspendAsync("it loops", Maria);
        await _node.Agent("bot").CloseAsync(Maria);

        var agent = await _node.Agent("bot").PutAsync(new AgentDefinition([new BudgetBinding(BudgetRoot.Parse("usd"))]), Maria);
        var decision = await _node.Agent("bot").AuthorizeAsync(Request("bot", "1"));

        Assert.Equal(AgentState.Suspended, agent.State);
        Assert.Equal(ReasonCodes.AgentSuspended, decision.ReasonCode);
    }

    private static UsageReport Usage(string usd) => new(
        AgentId.Parse("bot"), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
        UsageReason.External, WorkloadId.New(TimeProvider.System.GetUtcNow()), Actual: [new Amount(Quantity.Parse(usd), Unit.Usd)]);

    private Task BindAsync(params string[] roots) => _node.Agent("bot").PutAsync(
        new AgentDefinition([.. roots.Select(root => new BudgetBinding(BudgetRoot.Parse(root)))]), Maria);

    private async Task<string> SpentAsync(string root) =>
        (await _node.Budget(root).GetAsync(ScopePath.Root, null, 10)).Limits.Single().Spent.ToString();
}
