using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Actions that a person has to approve first: those of more than 0.50, drawn from a-usd and b-usd with 10.00 each.</summary>
public sealed class ApprovingTests
{
    private const string Careful = "careful";
    private const string Planner = "planner";
    private const string Worker = "worker";
    private const string Condition = "cost > 0.5";

    private static readonly Approver Tom = new(Principal.Parse("user:tom"), []);

    private readonly SimulatedScenario _scenario = new();

    public ApprovingTests()
    {
        _scenario.Do(() => Agent().PutAsync(Bound("a-usd", "b-usd"), Maria));
        Grant();
    }

    [Fact]
    public void Ask_ManyTimesAtOnceAndAgain_IsOneApprovalAndOneHold()
    {
        var calls = Enumerable.Range(0, 40).Select(_ => _scenario.Begin(() => Agent().AuthorizeAsync(_scenario.Ask(Careful)))).ToList();
        var decisions = calls.Select(_scenario.End).ToList();
        for (var i = 0; i < 40; i++)
            decisions.Add(Ask());

        Assert.All(decisions, decision => Assert.Equal((DecisionResult.Blocked, ReasonCodes.ApprovalRequired), (decision.Result, decision.ReasonCode)));
        var approval = Assert.Single(decisions.Select(decision => decision.Approval).Distinct());
        Assert.Equal("approval.requested", _scenario.Kinds($"p/acme/{approval}"));
        Assert.Equal("budget.defined approval.held", _scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal("budget.defined approval.held", _scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
        var view = View(decisions[0]);
        Assert.Equal(["a-usd", "b-usd"], view.Asked.Held.Select(held => held.Budget.Value));
        Assert.Equal(view.Asked.ExpiresAt, decisions[^1].ExpiresAt);
        _scenario.Audit();
    }

    [Fact]
    public void Ask_ByTwoActivationsAtOnce_HoldsOnceInTheEnd()
    {
        var first = _scenario.Only(AgentKey(Careful));
        var second = _scenario.Activate(AgentKey(Careful), 1 - first.Node.Number);
        var requests = new[] { _scenario.Ask(Careful), _scenario.Ask(Careful) };
        var calls = new[] { first, second }
            .Select((activation, i) => _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(activation).AuthorizeAsync(requests[i]))).ToList();
        _scenario.World.Run(() => calls.TrueForAll(call => call.IsCompleted));
        foreach (var late in calls.Where(call => call.IsFaulted))
            _scenario.IsUnavailable(late);

        var decisions = requests.Select(request => _scenario.Do(() => Agent().AuthorizeAsync(request))).ToList();

        Assert.Single(decisions.Select(decision => decision.Approval).Distinct());
        Assert.Equal("1", _scenario.Limit("a-usd").Reserved.ToString());
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
        Assert.Single(_scenario.Cluster.Disk.Entries, entry => entry.Kind == "approval.requested");
    }

    [Fact]
    public void Ask_WithoutRoomInTheSecondBudget_IsRefusedAndHoldsNothing()
    {
        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd("0.7"), Maria));

        var decision = Ask();

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.BudgetReservationFailed, null), (decision.Result, decision.ReasonCode, decision.Approval));
        Assert.Equal("0", _scenario.Limit("a-usd").Reserved.ToString());
        Assert.DoesNotContain(_scenario.Cluster.Disk.Entries, entry => entry.Kind == "approval.requested");
        Assert.EndsWith("workload.refused", _scenario.Kinds(AgentKey(Careful)), StringComparison.Ordinal);
    }

    [Fact]
    public void Use_ByTwoActivationsAtTheSameInstant_IsAllowedOnce()
    {
        var approval = Approve(Ask());
        var first = _scenario.Only(AgentKey(Careful));
        var second = _scenario.Activate(AgentKey(Careful), 1 - first.Node.Number);
        _scenario.World.Holds = label => label.StartsWith("call b/", StringComparison.Ordinal);
        var calls = new[] { first, second }
            .Select(activation => _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(activation).AuthorizeAsync(_scenario.Ask(Careful) with { Approval = approval }))).ToList();
        _scenario.World.Settle();
        _scenario.World.Holds = _ => false;

        var decisions = calls.Select(_scenario.End).ToList();

        var allowed = Assert.Single(decisions, decision => decision.Result == DecisionResult.Allowed);
        Assert.Equal(approval, allowed.Approval);
        Assert.Equal(ReasonCodes.ApprovalUsed, Assert.Single(decisions, decision => decision.Result == DecisionResult.Blocked).ReasonCode);
        Assert.Equal("1", _scenario.Limit("a-usd").Reserved.ToString());
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
        Assert.Equal("approval.requested approval.approved approval.used", _scenario.Kinds($"p/acme/{approval}"));
        Assert.Equal(allowed.Id, View(allowed).UsedBy);
        _scenario.Audit();
    }

    [Fact]
    public void Use_ProcessDiesBeforeItIsNoted_IsAllowedOnceAndThenAskedForAnew()
    {
        var asked = Ask();
        var approval = Approve(asked);
        var request = _scenario.Ask(Careful) with { Approval = approval };
        _scenario.World.Holds = label => label.EndsWith("MarkUsedAsync", StringComparison.Ordinal);
        var lost = _scenario.Begin(() => Agent().AuthorizeAsync(request));
        _scenario.World.Settle();
        _scenario.Cluster.Crash(_scenario.Only(AgentKey(Careful)).Node);
        _scenario.World.Run(() => lost.IsCompleted && _scenario.Cluster.IsReady);

        var other = _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful) with { Approval = approval }));
        var anew = Ask();
        _scenario.World.Holds = _ => false;
        var again = _scenario.Do(() => Agent().AuthorizeAsync(request));

        Assert.True(lost.IsFaulted);
        Assert.Equal((DecisionResult.Allowed, request.Id), (again.Result, again.Id));
        Assert.Equal(ReasonCodes.ApprovalUsed, other.ReasonCode);
        Assert.Equal(ReasonCodes.ApprovalRequired, anew.ReasonCode);
        Assert.NotEqual(approval, anew.Approval);
        Assert.Equal(request.Id, View(asked).UsedBy);
        Assert.Single(_scenario.Cluster.Disk.Entries, entry => entry.Kind == "workload.reserved" && entry.Stream.Value == BudgetKey("b-usd"));
    }

    [Fact]
    public void Ask_ProcessDiesBeforePeopleAreAsked_TheyAreWhenItIsAskedAgain()
    {
        var request = _scenario.Ask(Careful);
        _scenario.World.Holds = label => label.StartsWith("call p/", StringComparison.Ordinal) && label.EndsWith("RequestAsync", StringComparison.Ordinal);
        var lost = _scenario.Begin(() => Agent().AuthorizeAsync(request));
        _scenario.World.Settle();
        _scenario.Cluster.Crash(_scenario.Only(AgentKey(Careful)).Node);
        _scenario.World.Lose(label => label.EndsWith("RequestAsync", StringComparison.Ordinal));
        _scenario.World.Holds = _ => false;
        _scenario.World.Run(() => lost.IsCompleted && _scenario.Cluster.IsReady);
        Assert.DoesNotContain(_scenario.Cluster.Disk.Entries, entry => entry.Kind == "approval.requested");

        var again = _scenario.Do(() => Agent().AuthorizeAsync(request));
        var other = Ask();

        Assert.True(lost.IsFaulted);
        Assert.Equal(ReasonCodes.ApprovalRequired, again.ReasonCode);
        Assert.Equal(again.Approval, other.Approval);
        Assert.Equal(request.Id, View(again).Asked.Workload);
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
        Approve(again);
        Assert.Equal(DecisionResult.Allowed, Use(again.Approval!).Result);
    }

    [Fact]
    public void Use_RevokedBetweenCheckAndEntry_IsWithdrawnAndTheApprovalIsNotUsedUp()
    {
        var asked = Ask();
        var approval = Approve(asked);
        var first = _scenario.Only(AgentKey(Careful));
        var second = _scenario.Activate(AgentKey(Careful), 1 - first.Node.Number);
        _scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} ReserveAsync";
        var using_ = _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(_scenario.Ask(Careful) with { Approval = approval }));
        _scenario.World.Settle();
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(second).SuspendAsync("odd", Maria));
        _scenario.World.Holds = _ => false;

        var refused = _scenario.End(using_);
        _scenario.Do(() => Agent().ResumeAsync("fine", Maria));
        var used = Use(approval);

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.AgentSuspended), (refused.Result, refused.ReasonCode));
        Assert.Equal(DecisionResult.Allowed, used.Result);
        Assert.Equal(used.Id, View(asked).UsedBy);
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Authorize_ConditionAddedBetweenCheckAndEntry_IsWithdrawn()
    {
        _scenario.Do(() => Agent().PutDelegationAsync(DelegationId.Parse(Careful), Delegation(null), Maria));
        var first = _scenario.Only(AgentKey(Careful));
        var second = _scenario.Activate(AgentKey(Careful), 1 - first.Node.Number);
        _scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} ReserveAsync";
        var asking = _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(first).AuthorizeAsync(_scenario.Ask(Careful)));
        _scenario.World.Settle();
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(second).PutDelegationAsync(DelegationId.Parse(Careful), Delegation(Condition), Maria));
        _scenario.World.Holds = _ => false;

        var decision = _scenario.End(asking);

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.ApprovalRequired), (decision.Result, decision.ReasonCode));
        Assert.Equal("0", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Approved_AgentBoundAnew_IsAskedForAnewAndWhatWasHeldIsBack()
    {
        var approval = Approve(Ask());
        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("10"), Maria));
        _scenario.Do(() => Agent().PutAsync(Bound("c-usd"), Maria));

        var used = Use(approval);
        var anew = Ask();

        Assert.Equal(ReasonCodes.ApprovalUsed, used.ReasonCode);
        Assert.Equal(ReasonCodes.ApprovalRequired, anew.ReasonCode);
        Assert.NotEqual(approval, anew.Approval);
        Assert.Equal("0", _scenario.Limit("a-usd").Reserved.ToString());
        Assert.Equal("0", _scenario.Limit("b-usd").Reserved.ToString());
        Assert.Equal("1", _scenario.Limit("c-usd").Reserved.ToString());
    }

    [Fact]
    public void Ask_AsOftenAsMayWait_IsRefusedWithoutAnApproval()
    {
        var scenario = new SimulatedScenario(new SimulationSettings { Nodes = 2, Approvals = new ApprovalOptions { PerAgentMax = 2 } });
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(Careful)).PutAsync(Bound("b-usd"), Maria));
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(Careful)).PutDelegationAsync(DelegationId.Parse(Careful), Delegation(Condition), Maria));

        var decisions = new[] { "1", "1.1", "1.2", "1" }.Select(amount => scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(Careful)).AuthorizeAsync(scenario.Ask(Careful, amount)))).ToList();
        scenario.World.Clock.Advance(TimeSpan.FromHours(1));
        var later = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(Careful)).AuthorizeAsync(scenario.Ask(Careful, "1.2")));

        Assert.All(decisions, decision => Assert.Equal(ReasonCodes.ApprovalRequired, decision.ReasonCode));
        Assert.Null(decisions[2].Approval);
        Assert.Contains("2 approvals of this agent have not ended", decisions[2].Reason, StringComparison.Ordinal);
        Assert.Equal(decisions[0].Approval, decisions[3].Approval);
        Assert.NotNull(later.Approval);
        Assert.Equal("1.2", scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void DryRun_OfWhatWaits_HoldsAndWritesNothing()
    {
        var before = _scenario.Cluster.Disk.Entries.Count();

        var dry = _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful), dryRun: true));

        Assert.Equal((ReasonCodes.ApprovalRequired, null), (dry.ReasonCode, dry.Approval));
        Assert.Equal(before, _scenario.Cluster.Disk.Entries.Count());
        var asked = Ask();
        Assert.Equal(asked.Approval, _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful), dryRun: true)).Approval);
    }

    [Fact]
    public void GetApproval_OfAnotherAgent_IsNotFound()
    {
        var approval = ApprovalId.Parse(Ask().Approval!);

        Assert.Equal(approval, _scenario.Do(() => Agent().GetApprovalAsync(approval)).Id);
        Assert.Equal("approval_not_found", _scenario.Fails<NotFoundException, ApprovalView>(
            _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(OneTree)).GetApprovalAsync(approval))).Code);
        Assert.Equal("id", _scenario.Fails<InvalidRequestException, ApprovalView>(_scenario.Begin(() => Agent().GetApprovalAsync(default))).Field);
    }

    [Fact]
    public void Approval_TwoLinksAskForDifferentGroups_OneGroupIsNotEnough()
    {
        Chain(null, "finance");
        var asked = On(Worker);
        var approval = asked.Approval!;

        var outsider = _scenario.Begin(() => Approval(approval).ApproveAsync("fine", Tom));
        Assert.Equal("user:tom is not in the group finance, one of whose people has to decide", _scenario.Fails<AccessDeniedException, ApprovalView>(outsider).Message);
        var early = On(Worker, approval);
        _scenario.Do(() => Approval(approval).ApproveAsync("fine", Tom with { Groups = ["finance"] }));
        var used = On(Worker, approval);

        Assert.Equal((ReasonCodes.ApprovalRequired, "delegation d-1"), (asked.ReasonCode, asked.DeterminedBy));
        Assert.Equal(DecisionResult.Blocked, early.Result);
        Assert.Equal(DecisionResult.Allowed, used.Result);
        var question = _scenario.Do(() => Approval(approval).GetAsync())!.Asked;
        Assert.Equal(("d-1", "(cost > 0.5) and (cost > 0.1)", "finance"), (question.Delegation.Value, question.Condition, Assert.Single(question.ApproverGroups)));
    }

    [Fact]
    public void Approval_TwoLinksWithAGroupEach_NeedsAPersonOfBoth()
    {
        Chain("managers", "finance");
        var approval = On(Worker).Approval!;

        var manager = _scenario.Begin(() => Approval(approval).ApproveAsync("fine", Tom with { Groups = ["managers"] }));
        Assert.Contains("not in the group finance", _scenario.Fails<AccessDeniedException, ApprovalView>(manager).Message, StringComparison.Ordinal);
        _scenario.Do(() => Approval(approval).ApproveAsync("fine", Tom with { Groups = ["finance", "managers"] }));

        // The groups in the other order are the same groups.
        Chain("finance", "managers");
        Assert.Equal(DecisionResult.Allowed, On(Worker, approval).Result);
    }

    [Fact]
    public void Use_AnotherLinkAsksForItsGroupSince_IsInvalidAndAskedForAnew()
    {
        Chain("managers", null);
        var approval = On(Worker).Approval!;
        _scenario.Do(() => Approval(approval).ApproveAsync("fine", Tom with { Groups = ["managers"] }));
        Chain("managers", "finance");

        var used = On(Worker, approval);
        var anew = On(Worker);

        Assert.Equal(ReasonCodes.ApprovalInvalid, used.ReasonCode);
        Assert.Contains("another group", used.Reason, StringComparison.Ordinal);
        Assert.NotEqual(approval, anew.Approval);
        Assert.Equal("1", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void FewerGroupsSince_ApprovedIsGoodAndPendingIsAskedForAnew()
    {
        Chain("managers", "finance");
        var approved = On(Worker).Approval!;
        var waiting = On(Worker, amount: "2").Approval!;
        _scenario.Do(() => Approval(approved).ApproveAsync("fine", Tom with { Groups = ["finance", "managers"] }));
        Chain("managers", null);

        var told = On(Worker);
        var anew = On(Worker, amount: "2");

        Assert.Equal(approved, told.Approval);
        Assert.Equal(DecisionResult.Allowed, On(Worker, approved).Result);
        Assert.NotEqual(waiting, anew.Approval);
        Assert.Equal(["managers"], _scenario.Do(() => Approval(anew.Approval!).GetAsync())!.Asked.ApproverGroups);
        Assert.Equal("3", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Approve_BySomebodyWhoAskedForTheSameLater_IsForbidden()
    {
        var eve = Principal.Parse("user:eve");
        var first = AskAs(Maria);
        var dry = AskAs(eve, dryRun: true);
        Assert.Empty(View(first).AlsoAskedBy);
        var second = AskAs(Tom.Principal);
        var third = AskAs(Tom.Principal, first.Approval);
        var fourth = AskAs(eve, first.Approval);

        Assert.All([dry, second, third, fourth], decision => Assert.Equal((ReasonCodes.ApprovalRequired, first.Approval), (decision.ReasonCode, decision.Approval)));
        Assert.Equal("approval.requested approval.joined approval.joined", _scenario.Kinds($"p/acme/{first.Approval}"));
        Assert.Equal([Tom.Principal, eve], View(first).AlsoAskedBy);
        foreach (var asker in new[] { Maria, Tom.Principal, eve })
        {
            var approving = _scenario.Begin(() => Approval(first.Approval!).ApproveAsync("fine", new Approver(asker, [])));
            Assert.Contains($"{asker} asked for it", _scenario.Fails<AccessDeniedException, ApprovalView>(approving).Message, StringComparison.Ordinal);
        }

        _scenario.Do(() => Approval(first.Approval!).ApproveAsync("fine", new Approver(Principal.Parse("user:ann"), [])));
        Assert.Equal(DecisionResult.Allowed, AskAs(Tom.Principal, first.Approval).Result);
    }

    /// <summary>Planner, who passes on to worker: over 0.50 the first group has to approve, over 0.10 the second one, too.</summary>
    private void Chain(string? first, string? second)
    {
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(Planner)).PutAsync(new AgentDefinition(), Maria));
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(Worker)).PutAsync(Bound("b-usd"), Maria));
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(Planner)).PutDelegationAsync(
            DelegationId.Parse("d-1"),
            new DelegationDefinition(Maria, Principal.Of(AgentId.Parse(Planner)), ApprovalWhen: Condition, ApproverGroup: first), Maria));
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(Worker)).PutDelegationAsync(
            DelegationId.Parse("d-2"),
            new DelegationDefinition(
                Principal.Of(AgentId.Parse(Planner)), Principal.Of(AgentId.Parse(Worker)), DelegationId.Parse("d-1"),
                ApprovalWhen: "cost > 0.1", ApproverGroup: second),
            Maria));
    }

    private Decision On(string agent, string? approval = null, string amount = "1") =>
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(agent)).AuthorizeAsync(_scenario.Ask(agent, amount) with { Approval = approval }));

    private Decision AskAs(Principal person, string? approval = null, bool dryRun = false)
    {
        var key = _scenario.Do(() => _scenario.Cluster.Get<ITenantGrain>(TenantKey).CreateKeyAsync(new KeyRequest(Role.Operator, person), Maria));
        CallerContext.Set(new Credential(TenantId.Parse("acme"), key.Id, Role.Operator, person, [], null));
        try
        {
            return _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful) with { Approval = approval }, dryRun));
        }
        finally
        {
            CallerContext.Set(null);
        }
    }

    private IApprovalGrain Approval(string approval) => _scenario.Cluster.Get<IApprovalGrain>($"p/acme/{approval}");

    private static DelegationDefinition Delegation(string? condition) =>
        new(Maria, Principal.Of(AgentId.Parse(Careful)), ApprovalWhen: condition);

    private IAgentGrain Agent() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(Careful));

    private void Grant() => _scenario.Do(() => Agent().PutDelegationAsync(DelegationId.Parse(Careful), Delegation(Condition), Maria));

    private Decision Ask() => _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful)));

    private Decision Use(string approval) => _scenario.Do(() => Agent().AuthorizeAsync(_scenario.Ask(Careful) with { Approval = approval }));

    private ApprovalView View(Decision decision) => _scenario.Do(() => Agent().GetApprovalAsync(ApprovalId.Parse(decision.Approval!)));

    private string Approve(Decision decision)
    {
        var approval = decision.Approval!;
        var view = _scenario.Do(() => _scenario.Cluster.Get<IApprovalGrain>($"p/acme/{approval}").ApproveAsync("fine", Tom));
        Assert.Equal(ApprovalState.Approved, view.State);
        return approval;
    }
}
