using System.Diagnostics;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Span_Allowed_CompliesAndCarriesTheFigures()
    {
        await using var harness = new ClientHarness();
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { CustomerId = "c-17" }))
        {
            harness.Clock.Advance(TimeSpan.FromMilliseconds(812));
            await workload.ReconcileAsync(new Reconciliation(new TokenUsage(374, 44), ResponseModel: "gpt-4o-2024-11-20"));
        }

        var span = Comply(harness);
        Assert.Equal("answer ticket", span.DisplayName);
        Assert.Equal("ALLOWED", span.GetTagItem("genops.policy.result"));
        Assert.Null(span.GetTagItem("genops.policy.reason_code"));
        Assert.Equal("c-17", span.GetTagItem("genops.customer_id"));
        Assert.Equal("cc-9", span.GetTagItem("genops.cost_center"));
        Assert.Equal(0.0061, span.GetTagItem("genops.accounting.reserved"));
        Assert.Equal(0.004, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(-0.0021, span.GetTagItem("genops.accounting.reconciliation_delta"));
        Assert.Equal("USD", span.GetTagItem("genops.accounting.unit"));
        Assert.Equal(418L, span.GetTagItem("genops.tokens.total"));
        Assert.Equal("reconciled", span.GetTagItem("genops.workload.state"));
        Assert.Equal(
            ["genops.policy.evaluated", "genops.budget.reservation", "genops.budget.reconciliation", "genops.cost.calculated"],
            span.Events.Select(happened => happened.Name));
        Assert.Equal(41.2, Tag(span, 1, "genops.budget.remaining"));
        Assert.Equal("research-usd/support", Tag(span, 2, "genops.budget.name"));
        Assert.Equal(0.004, Tag(span, 3, "genops.cost.total"));
        Assert.Equal("openai", Tag(span, 3, "genops.cost.provider"));
        Assert.Equal("gpt-4o-2024-11-20", Tag(span, 3, "genops.cost.model"));
        Assert.Equal(TimeSpan.FromMilliseconds(812), span.Duration);
        Assert.Equal(Decisions.Start, span.Events.ElementAt(1).Timestamp);
        Assert.Equal(Decisions.Start.AddMilliseconds(812), span.Events.ElementAt(2).Timestamp);
    }

    [Fact]
    public async Task Span_ReservationIsRecorded_BeforeExecutionBegins()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        Assert.Equal(
            ["genops.policy.evaluated", "genops.budget.reservation"], workload.Activity!.Events.Select(happened => happened.Name));
        Assert.Equal(0.0061, workload.Activity.GetTagItem("genops.accounting.reserved"));
        Assert.Null(workload.Activity.GetTagItem("genops.accounting.actual"));
        await workload.ReleaseAsync("not needed");
    }

    [Theory]
    [InlineData(DecisionResult.Blocked, "BUDGET_EXCEEDED", "BLOCKED")]
    [InlineData(DecisionResult.Blocked, "x_agent_suspended", "BLOCKED")]
    [InlineData(DecisionResult.RateLimited, "RATE_LIMITED", "RATE_LIMITED")]
    public async Task Span_Refused_HasItsDecisionAndNoAccounting(DecisionResult result, string code, string text)
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(Decisions.Refused(request, result, code));

        await Assert.ThrowsAsync<GovernanceRefusedException>(
            () => harness.Client.AuthorizeAsync(ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }));

        var span = Comply(harness);
        Assert.Equal(text, span.GetTagItem("genops.policy.result"));
        Assert.Equal(code, span.GetTagItem("genops.policy.reason_code"));
        Assert.Equal("refused", span.GetTagItem("genops.workload.state"));
        Assert.Equal(["genops.policy.evaluated"], span.Events.Select(happened => happened.Name));
        Assert.Equal(code, Tag(span, 0, "genops.policy.reason_code"));
        Assert.Equal("research-usd/support", Tag(span, 0, "genops.policy.name"));
        Assert.Equal("asked for 0.0061 USD, and 0.001 are left; raise the limit", Tag(span, 0, "genops.policy.reason"));
    }

    [Fact]
    public async Task Span_BlockedWhileHeld_HasItsReservationAndNoReconciliation()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.Blocked, "x_approval_required", Decisions.Usd));

        await harness.Client.AuthorizeAsync(ClientHarness.Draft, throwOnRefusal: false);

        var span = Comply(harness);
        Assert.Equal(["genops.policy.evaluated", "genops.budget.reservation"], span.Events.Select(happened => happened.Name));
        Assert.Equal(0.0061, span.GetTagItem("genops.accounting.reserved"));
    }

    [Fact]
    public async Task Span_Warning_ExecutesWithItsReasonCode()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.Warning, "x_budget_threshold", Decisions.Usd));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 44));

        var span = Comply(harness);
        Assert.Equal("WARNING", span.GetTagItem("genops.policy.result"));
        Assert.Equal("x_budget_threshold", span.GetTagItem("genops.policy.reason_code"));
        Assert.Equal(0.004, span.GetTagItem("genops.accounting.actual"));
    }

    [Fact]
    public async Task Span_HeldByAnEstimate_TellsTheWorstCase()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(Decisions.Allowed(
            request, Decisions.Usd with { Estimated = new ReservationEstimate(Quantity.Parse("0.0122"), "gpt-4o", Quantity.Parse("0.5"), 20) }));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 44));

        var span = Comply(harness);
        Assert.Equal(0.0061, Tag(span, 1, "genops.accounting.reserved"));
        Assert.Equal(0.0122, Tag(span, 1, "genops.accounting.worst_case"));
    }

    [Fact]
    public async Task Span_Overrun_ReportsThePositiveDelta()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(Decisions.Reconciled(id, "0.0161"));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 1044));

        var span = Comply(harness);
        Assert.Equal(0.0161, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(0.01, span.GetTagItem("genops.accounting.reconciliation_delta"));
    }

    [Fact]
    public async Task Span_ReconciledWithoutFigures_IsFlaggedIncompleteAtWhatWasReserved()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(
            new SettlementResult(id, WorkloadState.Unresolved, [Decisions.Settled(Decisions.Usd, null)]));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new Reconciliation(Outcome: Outcome.Unknown));

        var span = Comply(harness);
        Assert.Equal("unresolved", span.GetTagItem("genops.workload.state"));
        Assert.Equal(0.0061, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(true, span.GetTagItem("genops.accounting.incomplete"));
        Assert.Equal(true, Tag(span, 2, "genops.accounting.incomplete"));
        Assert.DoesNotContain(span.Events, happened => happened.Name == "genops.cost.calculated");
    }

    [Fact]
    public async Task Span_DisposedUnsettled_EndsIncomplete()
    {
        await using var harness = new ClientHarness();
        await (await harness.Client.AuthorizeAsync(ClientHarness.Draft)).DisposeAsync();

        var span = Comply(harness);
        Assert.Equal("unresolved", span.GetTagItem("genops.workload.state"));
        Assert.Equal(0.0061, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(true, span.GetTagItem("genops.accounting.incomplete"));
    }

    [Fact]
    public async Task Span_ReconciliationNeverAcknowledged_CarriesTheFiguresThatWereTried()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnReconcile = (_, _) => throw UnavailableException.Unreachable("down");
        var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await harness.RunAsync(() => workload.ReconcileAsync(
            new Reconciliation(Actual: [new Amount(Quantity.Parse("0.0033"), Unit.Usd)])));
        await workload.DisposeAsync();

        var span = Comply(harness);
        Assert.Equal(0.0033, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(true, span.GetTagItem("genops.accounting.incomplete"));
    }

    [Fact]
    public async Task Span_Released_HasNoReconciliation()
    {
        await using var harness = new ClientHarness();
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }))
            await workload.ReleaseAsync("the user went away");

        var span = Comply(harness);
        Assert.Equal("released", span.GetTagItem("genops.workload.state"));
        Assert.Equal(0.0061, span.GetTagItem("genops.accounting.reserved"));
        Assert.Equal(["genops.policy.evaluated", "genops.budget.reservation"], span.Events.Select(happened => happened.Name));
    }

    [Fact]
    public async Task Span_SeveralBudgets_CarriesTheMoneyAndOneEventForEach()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(Decisions.Allowed(request, Decisions.Tokens, Decisions.Usd));
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(new SettlementResult(
            id, WorkloadState.Reconciled, [Decisions.Settled(Decisions.Tokens, "418"), Decisions.Settled(Decisions.Usd, "0.004")]));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 44));

        var span = Comply(harness);
        Assert.Equal("USD", span.GetTagItem("genops.accounting.unit"));
        Assert.Equal(0.004, span.GetTagItem("genops.accounting.actual"));
        Assert.Equal(["all-tokens", "research-usd/support"], Names(span, "genops.budget.reservation"));
        Assert.Equal(["all-tokens", "research-usd/support"], Names(span, "genops.budget.reconciliation"));
        Assert.Equal(-468.0, Tag(span, 3, "genops.accounting.reconciliation_delta"));
    }

    [Fact]
    public async Task Span_BudgetInEuro_CostsEuro()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(Decisions.Allowed(request, Decisions.Euro));
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(
            new SettlementResult(id, WorkloadState.Reconciled, [Decisions.Settled(Decisions.Euro, "0.0036")]));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 44));

        var span = Comply(harness);
        Assert.Equal([("EUR", 0.0036, "openai", "gpt-4o")], Costs(span));
        Assert.Equal("EUR", span.GetTagItem("genops.accounting.unit"));
        Assert.Equal(0.0036, span.GetTagItem("genops.accounting.actual"));
    }

    [Fact]
    public async Task Span_BudgetsInSeveralCurrencies_CostsEachOnceAndTokensNothing()
    {
        await using var harness = new ClientHarness();
        var second = Decisions.Usd with { Budget = Ids.BudgetRoot.Parse("team-usd") };
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Allowed(request, Decisions.Tokens, Decisions.Euro, Decisions.Usd, second));
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(new SettlementResult(
            id, WorkloadState.Reconciled,
            [
                Decisions.Settled(Decisions.Tokens, "418"), Decisions.Settled(Decisions.Euro, "0.0036"),
                Decisions.Settled(Decisions.Usd, "0.004"), Decisions.Settled(second, "0.004"),
            ]));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new Reconciliation(new TokenUsage(374, 44), ResponseModel: "gpt-4o-2024-11-20"));

        var span = Comply(harness);
        Assert.Equal([("EUR", 0.0036, "openai", "gpt-4o-2024-11-20"), ("USD", 0.004, "openai", "gpt-4o-2024-11-20")], Costs(span));
    }

    [Fact]
    public async Task Span_OneCurrencyUnresolved_CostsTheOther()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(Decisions.Allowed(request, Decisions.Euro, Decisions.Usd));
        harness.Transport.OnReconcile = (id, _) => Task.FromResult(new SettlementResult(
            id, WorkloadState.Unresolved, [Decisions.Settled(Decisions.Euro, null), Decisions.Settled(Decisions.Usd, "0.004")]));
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
            await workload.ReconcileAsync(new TokenUsage(374, 44));

        Assert.Equal([("USD", 0.004, "openai", "gpt-4o")], Costs(Comply(harness)));
    }

    [Theory]
    [InlineData(1999, null, 1999, true)]
    [InlineData(2000, null, 2000, true)]
    [InlineData(2001, null, 2001, false)]
    [InlineData(5000, 800L, 800, true)]
    public async Task Span_ServiceLevel_HasAllFour(int tookMs, long? reportedMs, long actualMs, bool met)
    {
        await using var harness = new ClientHarness();
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }))
        {
            harness.Clock.Advance(TimeSpan.FromMilliseconds(tookMs));
            await workload.ReconcileAsync(new Reconciliation(new TokenUsage(374, 44), LatencyMs: reportedMs));
        }

        var span = Comply(harness);
        Assert.Equal("gold", span.GetTagItem("genops.sla.tier"));
        Assert.Equal(2000L, span.GetTagItem("genops.sla.latency_target_ms"));
        Assert.Equal(actualMs, span.GetTagItem("genops.sla.actual_latency_ms"));
        Assert.Equal(met, span.GetTagItem("genops.sla.met"));
    }

    [Fact]
    public async Task Span_ServiceLevelOfAFailedAction_HasAllFour()
    {
        await using var harness = new ClientHarness();
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }))
            await workload.ReconcileAsync(new Reconciliation(new TokenUsage(374, 0), Outcome.Failed, LatencyMs: 30_000));

        Assert.Equal(("gold", 2000L, 30_000L, false), ServiceLevelOf(Comply(harness)));
    }

    [Fact]
    public async Task Span_ServiceLevelOfAnUnsettledWorkload_HasAllFourOfWhatItLived()
    {
        await using var harness = new ClientHarness();
        await using (await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }))
            harness.Clock.Advance(TimeSpan.FromMilliseconds(2001));

        Assert.Equal(("gold", 2000L, 2001L, false), ServiceLevelOf(Comply(harness)));
    }

    [Fact]
    public async Task Span_RefusedForItsServiceLevel_ClaimsNoLatency()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.Blocked, "SLA_LATENCY_VIOLATION"));

        await harness.Client.AuthorizeAsync(
            ClientHarness.Draft with { Sla = new ServiceLevel("gold", 2000) }, throwOnRefusal: false);

        var span = Comply(harness);
        Assert.Equal("SLA_LATENCY_VIOLATION", span.GetTagItem("genops.policy.reason_code"));
        Assert.Equal((null, null, null, null), ServiceLevelOf(span));
    }

    [Fact]
    public async Task Span_NoDecision_IsAnErrorThatClaimsNothing()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = _ => throw new NotFoundException("agent_not_found", "no such agent");

        await Assert.ThrowsAsync<NotFoundException>(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));

        var span = Comply(harness);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("no such agent", span.StatusDescription);
        Assert.Null(span.GetTagItem("genops.policy.result"));
        Assert.Equal("support", span.GetTagItem("genops.team"));
    }

    [Fact]
    public async Task Span_Parent_IsTheAmbientSpanAndStaysCurrent()
    {
        await using var harness = new ClientHarness();
        using var ambient = new Activity("request").Start();
        await using var one = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await using var two = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        Assert.Same(ambient, Activity.Current);
        await one.ReconcileAsync(new TokenUsage(1, 1));
        Assert.Same(ambient, Activity.Current);
        await two.DisposeAsync();
        Assert.Same(ambient, Activity.Current);

        Assert.Equal(2, harness.Spans.Count);
        Assert.All(harness.Spans, span => Assert.Equal(ambient.SpanId, span.ParentSpanId));
        Assert.Empty(GenOpsComplianceReader.Read(harness.Spans));
    }

    [Fact]
    public async Task Span_NoAmbientSpan_IsBelowTheRequestsTraceContext()
    {
        await using var harness = new ClientHarness();
        var request = new WorkloadRequest(
            Ids.AgentId.Parse("support-bot"), new Operation("answer ticket", "tool"), new Attribution("a", "b", "c"),
            Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var ambient = Activity.Current;
        Activity.Current = null;

        await using (var workload = await harness.Client.AuthorizeAsync(request))
            await workload.ReleaseAsync("not needed");
        Activity.Current = ambient;

        var span = Comply(harness);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.TraceId.ToString());
        Assert.Equal("b7ad6b7169203331", span.ParentSpanId.ToString());
        Assert.Equal(span.Id, Assert.Single(harness.Transport.Authorized).Traceparent);
    }

    private static (object?, object?, object?, object?) ServiceLevelOf(Activity span) => (
        span.GetTagItem("genops.sla.tier"), span.GetTagItem("genops.sla.latency_target_ms"),
        span.GetTagItem("genops.sla.actual_latency_ms"), span.GetTagItem("genops.sla.met"));

    private static Activity Comply(ClientHarness harness)
    {
        Assert.Empty(GenOpsComplianceReader.Read(harness.Spans));
        return harness.Span;
    }

    private static IEnumerable<(object?, object?, object?, object?)> Costs(Activity span) =>
        span.Events.Where(happened => happened.Name == "genops.cost.calculated")
            .Select(happened => happened.Tags.ToDictionary(tag => tag.Key, tag => tag.Value))
            .Select(tags => (
                tags["genops.cost.currency"], tags["genops.cost.total"], tags["genops.cost.provider"], tags["genops.cost.model"]));

    private static object? Tag(Activity span, int index, string name) =>
        span.Events.ElementAt(index).Tags.Single(tag => tag.Key == name).Value;

    private static IEnumerable<object?> Names(Activity span, string name) =>
        span.Events.Where(happened => happened.Name == name)
            .Select(happened => happened.Tags.Single(tag => tag.Key == "genops.budget.name").Value);
}
