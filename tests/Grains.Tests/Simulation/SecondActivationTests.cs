using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Two activations of one actor at once: the ledger makes it harmless.</summary>
public sealed class SecondActivationTests
{
    [Fact]
    public void StaleActivation_Appends_IsFencedAndItsCallerSucceedsOnRetry()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        var (one, two) = (scenario.Ask(OneTree), scenario.Ask(OneTree));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(one)));

        scenario.IsUnavailable(scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(second).ReserveAsync(Command(two))));
        var retried = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).ReserveAsync(Command(two)));

        Assert.Equal(DecisionResult.Allowed, retried.Decision.Result);
        Assert.Equal("budget.defined workload.reserved workload.reserved", scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("8", Assert.Single(retried.Decision.Reservations).Remaining.ToString());
        Assert.DoesNotContain(second, scenario.Cluster.Activations(BudgetKey("b-usd")));
    }

    [Fact]
    public void LostBatch_WithAQueuedSuccessor_NeitherSlipsInBehindAnothersEntry()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        var (lost, queued, other) = (scenario.Ask(OneTree, "4"), scenario.Ask(OneTree, "4"), scenario.Ask(OneTree, "5"));
        var sent = first.Node.Store.Sent.Count;
        first.Node.Store.Script(SimulatedFate.RequestLost);
        scenario.World.Frozen.Add(first.Node.Store);

        var losing = scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(lost)));
        scenario.World.Run(() => first.Node.Store.Sent.Count > sent);
        var queueing = scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(queued)));
        scenario.World.Settle();
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).ReserveAsync(Command(other)));
        scenario.World.Frozen.Clear();

        scenario.IsUnavailable(losing);
        scenario.IsUnavailable(queueing);
        Assert.Equal("budget.defined workload.reserved", scenario.Kinds(BudgetKey("b-usd")));
        var again = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).ReserveAsync(Command(lost)));
        var beyond = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).ReserveAsync(Command(queued)));
        Assert.Equal(DecisionResult.Allowed, again.Decision.Result);
        Assert.Equal(ReasonCodes.BudgetReservationFailed, beyond.Decision.ReasonCode);
        scenario.Audit();
    }

    [Fact]
    public void SecondAgentActivation_SameIdAtOnce_AnswersWhatIsRecorded()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(TwoTrees));
        var second = scenario.Activate(AgentKey(TwoTrees), 1 - first.Node.Number);
        var request = scenario.Ask(TwoTrees);

        var one = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(request));
        var two = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request));

        Assert.Equal(DecisionResult.Allowed, scenario.End(one).Result);
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(scenario.End(one), Json.GenOpsJson.Canonical),
            System.Text.Json.JsonSerializer.Serialize(scenario.End(two), Json.GenOpsJson.Canonical));
        Assert.Single(scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.reserved");
        Assert.Single(scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.held");
    }

    [Fact]
    public void Suspend_CommittedBetweenCheckAndReservation_IsWithdrawnAndTheMoneyIsBack()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(TwoTrees));
        var second = scenario.Activate(AgentKey(TwoTrees), 1 - first.Node.Number);
        var request = scenario.Ask(TwoTrees);
        scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} ReserveAsync";
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(request));
        scenario.World.Settle();

        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).SuspendAsync("it loops", Maria));
        scenario.World.Holds = _ => false;
        var decision = scenario.End(asking);

        Assert.Equal(ReasonCodes.AgentSuspended, decision.ReasonCode);
        Assert.Equal("budget.defined workload.reserved workload.withdrawn", scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("budget.defined workload.held workload.released", scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal("0", scenario.Limit("a-usd").Reserved.ToString());
        Assert.Equal("0", scenario.Limit("b-usd").Reserved.ToString());
        Assert.True(scenario.Audit().Decisions[request.Id.ToString()!].IsWithdrawn);
    }

    [Fact]
    public void Withdrawal_AfterAnotherActivationToldTheAdmission_ComesTooLate()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(OneTree));
        var second = scenario.Activate(AgentKey(OneTree), 1 - first.Node.Number);
        var request = scenario.Ask(OneTree);
        scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} ReserveAsync";
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(request));
        scenario.World.Settle();
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).SuspendAsync("it loops", Maria));
        scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} WithdrawAsync";
        scenario.World.Settle();
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).ResumeAsync("mended", Maria));

        var told = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request));
        scenario.World.Holds = _ => false;
        var late = scenario.Fails<ConflictException, Decision>(asking);

        Assert.Equal(DecisionResult.Allowed, told.Result);
        Assert.Equal("authority_revoked", late.Code);
        Assert.Equal("budget.defined workload.reserved workload.extended", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void StaleAgentActivation_SuspendedAgain_AsksTheLedgerBeforeItAcknowledges()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(OneTree));
        var second = scenario.Activate(AgentKey(OneTree), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).SuspendAsync("it loops", Maria));
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).ResumeAsync("mended", Maria));

        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).SuspendAsync("again", Maria));
        var decision = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(scenario.Ask(OneTree)));

        Assert.Equal(ReasonCodes.AgentSuspended, decision.ReasonCode);
        Assert.Equal("agent.defined delegation.granted agent.suspended agent.resumed agent.suspended workload.refused", scenario.Kinds(AgentKey(OneTree)));
    }

    [Fact]
    public void StaleAgentActivation_RepeatsAnAllowance_SeesTheSuspensionFirst()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(OneTree));
        var second = scenario.Activate(AgentKey(OneTree), 1 - first.Node.Number);
        var request = scenario.Ask(OneTree);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request));
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).SuspendAsync("it loops", Maria));

        var repeated = scenario.Fails<ConflictException, Decision>(scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request)));
        var extended = scenario.Fails<ConflictException, ExtendResult>(scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(second).ExtendAsync(request.Id!.Value, 1)));

        Assert.Equal("authority_revoked", repeated.Code);
        Assert.Equal("authority_revoked", extended.Code);
    }

    [Fact]
    public void Reconcile_WhileTheSameIdIsAskedAgainAndNoLongerAllowed_IsRecorded()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(OneTree));
        var request = scenario.Ask(OneTree);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(request));
        scenario.World.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = scenario.Activate(AgentKey(OneTree), 1 - first.Node.Number);
        scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} ConfirmAsync";
        var asking = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request));
        scenario.World.Settle();
        var reconciling = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(second).ReconcileAsync(request.Id!.Value, Actual("0.5")));
        scenario.World.Settle();
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).SuspendAsync("it loops", Maria));
        scenario.World.Holds = _ => false;

        Assert.Equal("authority_revoked", scenario.Fails<ConflictException, Decision>(asking).Code);
        Assert.Equal(WorkloadState.Reconciled, scenario.End(reconciling).State);
    }

    [Fact]
    public void Reconcile_WhereAnAllowanceWasRepeatedAfterPricesChanged_ChargesThoseOfTheReservation()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(AgentKey(OneTree));
        var request = Tokens(OneTree, scenario.Ask(OneTree).Id!.Value, 3_600, null);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(request));
        scenario.World.Clock.Advance(TimeSpan.FromMinutes(1));
        scenario.Do(() => scenario.Cluster.Get<ITenantGrain>(TenantKey).PutPricesAsync(
            [new ModelPrice("gpt-4o", Amounts.Quantity.Parse("100"), Amounts.Quantity.Parse("200"), Amounts.Unit.Usd)], Maria));
        scenario.World.Clock.Advance(TimeSpan.FromMinutes(10));
        var second = scenario.Activate(AgentKey(OneTree), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).AuthorizeAsync(request));

        var settled = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(second).ReconcileAsync(
            request.Id!.Value, new Reconciliation(new TokenUsage(10_000, 1_000))));

        Assert.Equal("0.035", Assert.Single(settled.Budgets).Actual.ToString());
    }

    [Fact]
    public void StaleBudgetActivation_SettlesWhatItNeverSaw_IsReadAgainAndSucceedsOnRetry()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        var request = scenario.Ask(OneTree);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(request)));
        var settle = new SettleCommand(request.Id!.Value, Actual("0.5"), new Charge(Amounts.Quantity.Parse("0.5")));

        scenario.IsUnavailable(scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(second).SettleAsync(settle)));
        var settled = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).SettleAsync(settle));

        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal("budget.defined workload.reserved workload.reconciled", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void StaleBudgetActivation_AskedForWhatIsDue_ReadsWhatAnotherHeld()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(scenario.Ask(OneTree, ttlSeconds: 10))));
        scenario.World.Clock.Advance(TimeSpan.FromMinutes(1));

        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).SettleDueAsync());

        Assert.Equal("budget.defined workload.reserved workload.unresolved", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void TwoActivations_DecideTheSameInTheSameMicrosecond_OnlyOneTakesTheEntryForItsOwn()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        var command = Command(scenario.Ask(OneTree));
        scenario.World.Frozen.UnionWith([first.Node.Store, second.Node.Store]);
        var calls = new[] { first, second }.Select(one => scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(one).ReserveAsync(command))).ToList();
        scenario.World.Settle();
        scenario.World.Frozen.Clear();
        scenario.World.Run(() => calls.TrueForAll(call => call.IsCompleted));

        var answered = calls.Where(call => call.IsCompletedSuccessfully).Select(scenario.End).ToList();
        var own = Assert.Single(answered, reply => !reply.Replayed);
        var retried = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).ReserveAsync(command));

        Assert.All(calls.Where(call => call.IsFaulted), call => scenario.IsUnavailable(call));
        Assert.True(retried.Replayed);
        Assert.Equal(own.Decision.ExpiresAt, retried.Decision.ExpiresAt);
        Assert.Equal("budget.defined workload.reserved", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void StaleBudgetActivation_DefinedAsItRemembers_AsksTheLedgerBeforeItAcknowledges()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).PutAsync(Usd("20"), Maria));

        var put = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).PutAsync(Usd("10"), Maria));

        Assert.Equal("10", Assert.Single(put.Limits).Limit.ToString());
        Assert.Equal("budget.defined budget.defined budget.defined", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void StaleBudgetActivation_ArchivedAsItRemembers_AsksTheLedgerBeforeItAcknowledges()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ArchiveAsync(Maria));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).PutAsync(Usd("10"), Maria));

        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).ArchiveAsync(Maria));

        Assert.Equal("budget.defined budget.archived budget.defined budget.archived", scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void StaleBudgetActivation_ExtendsWhatAnotherReleased_IsAConflict()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var request = scenario.Ask(OneTree, ttlSeconds: 100);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(request)));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReleaseAsync(request.Id!.Value, ReleaseCause.Requested, "never ran"));

        var conflict = scenario.Fails<ConflictException, ExtendResult>(
            scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(second).ExtendAsync(request.Id!.Value, 10)));

        Assert.Equal("already_resolved", conflict.Code);
    }

    [Fact]
    public void StaleBudgetActivation_AskedWhatItCounts_KnowsWhatAnotherDefined()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Cluster.Activate(BudgetKey("new-usd"), scenario.Cluster.Nodes[0]);
        var second = scenario.Cluster.Activate(BudgetKey("new-usd"), scenario.Cluster.Nodes[1]);
        var before = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).GetHeaderAsync().AsTask());
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).PutAsync(Usd("10"), Maria));

        var after = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).GetHeaderAsync().AsTask());

        Assert.Null(before);
        Assert.Equal(Amounts.Unit.Usd, after?.Unit);
    }

    [Fact]
    public void StaleBudgetActivation_Read_ShowsWhatAnotherRecorded()
    {
        var scenario = new SimulatedScenario();
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        var request = scenario.Ask(OneTree);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).PutAsync(Usd("20"), Maria));
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(request)));

        var view = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(second).GetAsync(Ids.ScopePath.Root, null, 1));
        var third = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).PutAsync(Usd("30"), Maria));
        var definition = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(third).GetDefinitionAsync());
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(Command(scenario.Ask(OneTree))));
        var held = scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(third).ListHeldAsync(WorkloadState.Open, null, 10));

        Assert.Equal("19", Assert.Single(view.Limits).Remaining.ToString());
        Assert.Equal("30", definition.Limit.ToString());
        Assert.Equal(2, held.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TwoActivations_ReserveAtOnce_OnlyTheFenceKeepsTheLimit(bool isFenceBroken)
    {
        var scenario = new SimulatedScenario(new SimulationSettings
        {
            Nodes = 2, Store = (store, disk) => isFenceBroken ? new UnfencedStore(store, disk) : store,
        });
        var first = scenario.Only(BudgetKey("b-usd"));
        var second = scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);

        var calls = Enumerable.Range(0, 16).Select(index => scenario.Ask(OneTree)).Select((request, index) =>
            scenario.Begin(() => scenario.Cluster.Get<IBudgetGrain>(index % 2 == 0 ? first : second).ReserveAsync(Command(request)))).ToList();
        scenario.World.Run(() => calls.TrueForAll(call => call.IsCompleted));

        if (isFenceBroken)
            Assert.Throws<SimulationFailedException>(scenario.Audit);
        else
            Assert.All(scenario.Audit().Budgets["b-usd"].Holds.Values, hold => Assert.Equal("open", hold.State));
    }

    private static ReserveCommand Command(WorkloadRequest request) => new(
        request.Id!.Value, request, ContentHash.Of(request), default, new Charge(request.Estimate!.Amounts[0].Quantity), default, null, []);
}
