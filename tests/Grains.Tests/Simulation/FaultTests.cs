using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tests.Ledger;
using GenOps.ControlPlane.Workloads;
using Orleans.Runtime;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What becomes of a call when something breaks in the middle of it.</summary>
public sealed class FaultTests
{
    private static readonly SimulationSettings OneNode = new() { Nodes = 1 };

    [Fact]
    public void Authorize_OutcomeUnknown_IsUnavailableAndTheRetryGetsWhatIsRecorded()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(OneTree);
        scenario.Cluster.Nodes[0].Store.Script(Enumerable.Repeat(SimulatedFate.AnswerLost, 5).ToArray());

        scenario.IsUnavailable(scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request)));
        var decision = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));

        Assert.Equal(DecisionResult.Allowed, decision.Result);
        Assert.Single(scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.reserved");
        Assert.Equal("1", scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Authorize_CommitArrivesLate_IsRecordedOnceWheneverItArrives()
    {
        var late = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var scenario = new SimulatedScenario(OneNode with { CommitAttemptsMax = 1 }, seed);
            var store = scenario.Cluster.Nodes[0].Store;
            var request = scenario.Ask(OneTree);
            store.Script(SimulatedFate.ArrivesLate);
            var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
            scenario.IsUnavailable(asking);
            late += scenario.Kinds(BudgetKey("b-usd")) == "budget.defined" ? 1 : 0;

            var decision = Retry(scenario, () => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
            scenario.World.Settle();

            Assert.Equal(DecisionResult.Allowed, decision.Result);
            Assert.Single(scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.reserved");
            Assert.Equal("1", scenario.Limit("b-usd").Reserved.ToString());
        }

        Assert.NotEqual(0, late);
    }

    [Fact]
    public void TwoTrees_CrashBetweenHoldAndDecision_NothingIsHeldForEverAndNothingAdmitted()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(TwoTrees, ttlSeconds: 60);
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("a-usd")) == "budget.defined workload.held");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => asking.IsCompleted && scenario.Cluster.IsReady);
        Assert.Equal("1", scenario.Limit("a-usd").Reserved.ToString());

        scenario.World.Clock.Advance(TimeSpan.FromMinutes(2));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).SettleDueAsync());
        var late = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));

        Assert.IsType<SiloUnavailableException>(asking.Exception?.InnerException);
        Assert.Equal("0", scenario.Limit("a-usd").Reserved.ToString());
        Assert.Equal("budget.defined workload.held workload.released", scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal("budget.defined workload.abandoned", scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal(ReasonCodes.WorkloadAbandoned, late.ReasonCode);
    }

    [Fact]
    public void TwoTrees_CrashBetweenHoldAndDecision_TheRetryTellsOfTheHoldWhatTheFirstWouldHave()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(TwoTrees);
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("a-usd")) == "budget.defined workload.held");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => asking.IsCompleted && scenario.Cluster.IsReady);

        var decision = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));

        Assert.Equal(["9", "9"], decision.Reservations.Select(reservation => reservation.Remaining.ToString()));
    }

    [Fact]
    public void TwoTrees_CrashAfterDecision_TheExpiredHoldStaysCounted()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(TwoTrees, ttlSeconds: 60);
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("b-usd")) == "budget.defined workload.reserved");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => asking.IsCompleted && scenario.Cluster.IsReady);

        scenario.World.Clock.Advance(TimeSpan.FromMinutes(2));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).SettleDueAsync());
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).SettleDueAsync());

        Assert.Equal("1", scenario.Limit("a-usd").Unresolved.ToString());
        Assert.Equal("1", scenario.Limit("b-usd").Unresolved.ToString());
    }

    [Fact]
    public void TwoTrees_CrashInTheMiddleOfARelease_TheOtherHoldIsReleasedByTheClientToo()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(TwoTrees, ttlSeconds: 60);
        var id = request.Id!.Value;
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Holds = label => label == $"call {BudgetKey("a-usd")} ReleaseAsync";
        var releasing = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).ReleaseAsync(id, "never ran"));
        scenario.World.Settle();
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => releasing.IsCompleted && scenario.Cluster.IsReady);

        scenario.World.Clock.Advance(TimeSpan.FromMinutes(2));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).SettleDueAsync());
        var late = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).ReconcileAsync(id, Actual("0.5")));

        Assert.Equal("budget.defined workload.held workload.released workload.reconciled", scenario.Kinds(BudgetKey("a-usd")));
        Assert.All(late.Budgets, settlement => Assert.Equal(ReasonCodes.AccountingInvariantViolation, settlement.Violation));
    }

    [Fact]
    public void Alert_CrashBetweenTheEntryThatCrossedAndIt_IsRaisedWhenTheBudgetIsNextLookedAt()
    {
        var scenario = new SimulatedScenario(OneNode);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd("10") with { Alerts = [50] }, Maria));
        var request = scenario.Ask(OneTree, "6");
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
        var reconciling = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).ReconcileAsync(request.Id!.Value, Actual("6")));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("b-usd")).EndsWith("workload.reconciled", StringComparison.Ordinal));
        Restart(scenario);
        Assert.EndsWith("workload.reconciled", scenario.Kinds(BudgetKey("b-usd")), StringComparison.Ordinal);

        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).SettleDueAsync());
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).SettleDueAsync());

        Assert.EndsWith("workload.reconciled budget.alerted", scenario.Kinds(BudgetKey("b-usd")), StringComparison.Ordinal);
        Assert.True(reconciling.IsFaulted);
    }

    [Fact]
    public void Alert_SnapshotBetweenTheEntryThatCrossedAndIt_IsStillRaised()
    {
        var before = new BudgetTree(BudgetRoot.Parse("b-usd"));
        var now = SimulatedCompany.Noon;
        before.Apply(new BudgetDefined(Usd("10") with { Alerts = [50] }, Maria), now);
        before.Apply(new BudgetAdjusted("fix", ScopePath.Root, Amounts.Quantity.Parse("-6"), null, null, "invoice", Maria), now);
        var after = new BudgetTree(BudgetRoot.Parse("b-usd"));
        after.Restore(before.Save());

        Assert.Equal(50, Assert.Single(after.TakeAlerts(now)).Threshold);
    }

    [Fact]
    public void Snapshots_AllLost_NothingIsLost()
    {
        var scenario = new SimulatedScenario(OneNode with { SnapshotEntriesMin = 1 });
        SpendThree(scenario);
        Assert.NotEqual(0, scenario.Cluster.Snapshots.Count);

        scenario.Cluster.Snapshots.LoseAll();
        var read = scenario.Cluster.Snapshots.Read;
        Restart(scenario);

        Assert.Equal("7.75", scenario.Limit("b-usd").Remaining.ToString());
        Assert.Equal(read, scenario.Cluster.Snapshots.Read);
    }

    [Fact]
    public void Snapshot_Whole_IsReadInsteadOfTheStream()
    {
        var scenario = new SimulatedScenario(OneNode with { SnapshotEntriesMin = 1 });
        SpendThree(scenario);
        var read = scenario.Cluster.Snapshots.Read;
        Restart(scenario);

        Assert.Equal("7.75", scenario.Limit("b-usd").Remaining.ToString());
        Assert.Equal(read + 1, scenario.Cluster.Snapshots.Read);
    }

    [Fact]
    public void Snapshot_ThatTheLedgerDisagreesWith_IsDiscarded()
    {
        var scenario = new SimulatedScenario(OneNode with { SnapshotEntriesMin = 1 });
        SpendThree(scenario);
        var snapshot = scenario.Cluster.Snapshots.Find(BudgetKey("b-usd"))!;
        snapshot.HeadHash[0] ^= 1;
        snapshot.Payload = [1, 2, 3];
        var read = scenario.Cluster.Snapshots.Read;
        Restart(scenario);

        Assert.Equal("7.75", scenario.Limit("b-usd").Remaining.ToString());
        Assert.Equal(read + 1, scenario.Cluster.Snapshots.Read);
    }

    [Fact]
    public void Reconcile_TwiceAtOnceAfterRelease_IsRecordedOnce()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(OneTree);
        var id = request.Id!.Value;
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).ReleaseAsync(id, "never ran"));

        var calls = Enumerable.Range(0, 5)
            .Select(_ => scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).ReconcileAsync(id, Actual("0.5")))).ToList();
        scenario.World.Run(() => calls.TrueForAll(call => call.IsCompleted));

        Assert.All(calls, call => Assert.Equal(WorkloadState.Reconciled, scenario.End(call).State));
        Assert.Equal("0.5", scenario.Limit("b-usd").Spent.ToString());
        Assert.Single(scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.reconciled");
    }

    [Fact]
    public void Release_OfWhatTheAgentRefusedBeforeThereWasABudget_IsNoError()
    {
        var scenario = new SimulatedScenario(OneNode);
        var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(Unbound));
        scenario.Do(() => agent.SuspendAsync("it loops", Maria));
        var request = scenario.Ask(Unbound, amount: null);
        var refused = scenario.Do(() => agent.AuthorizeAsync(request));

        var released = scenario.Do(() => agent.ReleaseAsync(request.Id!.Value, "refused"));

        Assert.Equal(ReasonCodes.AgentSuspended, refused.ReasonCode);
        Assert.Equal(WorkloadState.Refused, released.State);
        Assert.Equal("", scenario.Kinds(BudgetKey("requests")));
    }

    [Fact]
    public void Authorize_AgentBoundAnewBetweenAttempts_TheEarlierHoldIsEndedAndTheIdIsSpent()
    {
        var scenario = new SimulatedScenario(OneNode);
        var request = scenario.Ask(TwoTrees);
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("a-usd")) == "budget.defined workload.held");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => asking.IsCompleted && scenario.Cluster.IsReady);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound("a-usd"), Maria));

        var decision = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));

        Assert.Equal(ReasonCodes.WorkloadAbandoned, decision.ReasonCode);
        Assert.Equal("0", scenario.Limit("a-usd").Reserved.ToString());
    }

    [Fact]
    public void Expiry_WhileTheAdmissionElsewhereIsNotDurable_WaitsForIt()
    {
        var scenario = new SimulatedScenario();
        var deciding = scenario.Only(BudgetKey("b-usd")).Node;
        scenario.Only(BudgetKey("a-usd")).Deactivate(default);
        var holding = scenario.Activate(BudgetKey("a-usd"), 1 - deciding.Number);
        scenario.World.Frozen.Add(deciding.Store);
        var request = scenario.Ask(TwoTrees, ttlSeconds: 1);
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        scenario.World.Run(() => deciding.Store.UnderWay > 0);
        scenario.World.Clock.Advance(TimeSpan.FromSeconds(1));

        var expiring = scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(holding).SettleDueAsync());
        scenario.World.Settle();
        Assert.Equal("budget.defined workload.held", scenario.Kinds(BudgetKey("a-usd")));
        scenario.World.Frozen.Clear();
        scenario.End(expiring);
        scenario.World.Run(() => asking.IsCompleted);

        Assert.Equal("budget.defined workload.held workload.unresolved", scenario.Kinds(BudgetKey("a-usd")));
    }

    [Fact]
    public void Expiry_AgentBoundAnewBetweenAttemptsThatNobodyDecided_GivesEveryHoldBack()
    {
        var scenario = new SimulatedScenario(OneNode);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("10"), Maria));
        var request = scenario.Ask(TwoTrees, ttlSeconds: 60);
        CrashAfterHold("a-usd");
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound("b-usd", "c-usd"), Maria));
        CrashAfterHold("b-usd");

        scenario.World.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var root in new[] { "b-usd", "a-usd" })
            scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey(root)).SettleDueAsync());

        Assert.Equal("budget.defined workload.held workload.released", scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("budget.defined workload.held workload.released", scenario.Kinds(BudgetKey("a-usd")));

        void CrashAfterHold(string root)
        {
            var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
            scenario.World.Run(() => scenario.Kinds(BudgetKey(root)) == "budget.defined workload.held");
            scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
            scenario.World.Run(() => asking.IsCompleted && scenario.Cluster.IsReady);
        }
    }

    [Fact]
    public void Usage_AgentBoundAnewBetweenAttempts_WithAClockAhead_IsChargedOnceInEachBudget()
    {
        var scenario = new SimulatedScenario(OneNode);
        var report = Usage(TwoTrees, Id(scenario.World.Clock.GetUtcNow() + TimeSpan.FromMinutes(4), scenario.World.Random), "0.5");
        var reporting = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).RecordUsageAsync(report));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("a-usd")) == "budget.defined usage.recorded");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => reporting.IsCompleted && scenario.Cluster.IsReady);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound("a-usd"), Maria));

        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).RecordUsageAsync(report));

        Assert.Equal("0.5", scenario.Limit("a-usd").Spent.ToString());
    }

    [Fact]
    public void Reserve_WhileARaiseEnds_IsDecidedAndRecordedAtOneInstant()
    {
        // The clock goes on with each look at it: at one of these distances the end comes between any two of them.
        var results = Enumerable.Range(0, 16).Select(microseconds =>
        {
            var scenario = new SimulatedScenario(OneNode);
            var budget = scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd"));
            var until = scenario.World.Clock.GetUtcNow() + TimeSpan.FromHours(1);
            scenario.Do(() => budget.AdjustAsync(new AdjustCommand("r-1", Amounts.Quantity.FromUnits(5), "launch", Until: until), Maria));
            var request = scenario.Ask(OneTree, "12");
            scenario.World.Clock.Advance(until - scenario.World.Clock.GetUtcNow() - TimeSpan.FromMicroseconds(microseconds));
            scenario.World.Settle();

            scenario.World.Clock.AutoAdvanceAmount = TimeSpan.FromMicroseconds(1);
            var reserving = scenario.Begin(() => budget.ReserveAsync(new ReserveCommand(
                request.Id!.Value, request, ContentHash.Of(request), default, new Charge(Amounts.Quantity.FromUnits(12)), default, null, [])));
            scenario.World.Settle();

            scenario.World.Clock.AutoAdvanceAmount = TimeSpan.Zero;
            return scenario.End(reserving).Decision.Result;
        }).ToList();

        Assert.Equal([DecisionResult.Blocked, DecisionResult.Allowed], results.Distinct());
    }

    [Fact]
    public void Authorize_WhileAResumeIsNotDurable_WaitsForIt()
    {
        var scenario = new SimulatedScenario();
        var agent = scenario.Only(AgentKey(OneTree));
        var elsewhere = scenario.Cluster.Nodes[1 - agent.Node.Number];
        foreach (var activation in scenario.Cluster.Activations(BudgetKey("b-usd")).ToList())
            activation.Deactivate(default);
        scenario.Activate(BudgetKey("b-usd"), elsewhere.Number);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(agent).SuspendAsync("it loops", Maria));
        scenario.World.Frozen.Add(agent.Node.Store);
        var resuming = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(agent).ResumeAsync("mended", Maria));
        scenario.World.Settle();

        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(agent).AuthorizeAsync(scenario.Ask(OneTree)));
        scenario.World.Settle();
        Assert.False(asking.IsCompleted);
        scenario.World.Frozen.Clear();

        scenario.End(resuming);
        Assert.Equal(DecisionResult.Allowed, scenario.End(asking).Result);
    }

    private static void SpendThree(SimulatedScenario scenario)
    {
        for (var index = 0; index < 3; index++)
        {
            var request = scenario.Ask(OneTree);
            scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
            scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).ReconcileAsync(request.Id!.Value, Actual("0.75")));
        }

        scenario.World.Settle();
    }

    private static void Restart(SimulatedScenario scenario)
    {
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => scenario.Cluster.IsReady);
    }

    private static T Retry<T>(SimulatedScenario scenario, Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            var calling = scenario.Begin(call);
            scenario.World.Run(() => calling.IsCompleted);
            if (calling.Exception?.InnerException is not UnavailableException || attempt == 5)
                return scenario.End(calling);
        }
    }
}
