using System.Collections.Immutable;
using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

public sealed class ApprovalRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalId Id = ApprovalId.New(Start);
    private static readonly Approver Maria = Person("user:maria");
    private static readonly Approver Tom = Person("user:tom");

    private readonly ApprovalRecord _record = new(Id);

    [Fact]
    public void Request_Again_KeepsTheFirstQuestion()
    {
        Apply(_record.Request(Question())!, Start);

        Assert.Null(_record.Request(Question() with { Condition = "another" }));
        Assert.Equal("parameters.refundAmount > 200", _record.View(Start).Asked.Condition);
        Assert.Equal(ApprovalState.Pending, _record.StateAt(Start));
    }

    [Fact]
    public void Decide_NobodyAsked_IsNotFound()
    {
        Assert.Equal("approval_not_found", Assert.Throws<NotFoundException>(() => _record.Decide(true, "fine", Maria, Start)).Code);
        Assert.Equal("approval_not_found", Assert.Throws<NotFoundException>(() => _record.Use(WorkloadId.New(Start))).Code);
    }

    [Theory]
    [InlineData(true, ApprovalState.Approved)]
    [InlineData(false, ApprovalState.Denied)]
    public void Decide_TheSameAgainByTheSamePerson_IsNoEvent(bool approves, ApprovalState state)
    {
        Apply(_record.Request(Question())!, Start);
        Apply(_record.Decide(approves, "seen", Maria, Start.AddMinutes(1))!, Start.AddMinutes(1));

        Assert.Null(_record.Decide(approves, "seen again", Maria, Start.AddMinutes(2)));
        Assert.Null(_record.Decide(approves, "seen again", Maria, Start.AddHours(2)));
        Assert.Equal(state, _record.StateAt(Start.AddMinutes(2)));
        var view = _record.View(Start.AddMinutes(2));
        Assert.Equal(("user:maria", Start.AddMinutes(1), "seen"), (view.DecidedBy!.Value.Value, view.DecidedAt!.Value, view.Reason));
        Assert.Equal("approval_decided", Assert.Throws<ConflictException>(() => _record.Decide(!approves, "no", Maria, Start.AddMinutes(2))).Code);
        Assert.Equal("approval_decided", Assert.Throws<ConflictException>(() => _record.Decide(approves, "yes", Tom, Start.AddMinutes(2))).Code);
    }

    [Fact]
    public void Decide_AgentOrAskerOrOutsider_IsForbidden()
    {
        Apply(_record.Request(Question() with { ApproverGroups = ["managers"] })!, Start);

        Assert.Contains("is an agent", Forbidden(Person("agent:bot", "managers")), StringComparison.Ordinal);
        Assert.Contains("asked for it", Forbidden(Person("user:asker", "managers")), StringComparison.Ordinal);
        Assert.Contains("not in the group managers", Forbidden(Person("user:maria", "clerks")), StringComparison.Ordinal);
        Assert.Contains("not in the group managers", Forbidden(new Approver(Maria.Principal, default)), StringComparison.Ordinal);
        Assert.IsType<ApprovalApproved>(_record.Decide(true, "fine", Person("user:maria", "clerks", "managers"), Start));

        string Forbidden(Approver approver) => Assert.Throws<AccessDeniedException>(() => _record.Decide(true, "fine", approver, Start)).Message;
    }

    [Fact]
    public void Decide_SeveralGroups_NeedsAPersonOfAll()
    {
        Apply(_record.Request(Question() with { ApproverGroups = ["managers", "finance"] })!, Start);

        Assert.Equal("user:maria is not in the group finance: whoever decides has to be in each of managers, finance", Forbidden("managers"));
        Assert.Equal("user:maria is not in the group managers: whoever decides has to be in each of managers, finance", Forbidden("finance"));
        Assert.Equal("user:maria is not in the group managers: whoever decides has to be in each of managers, finance", Forbidden());
        Assert.IsType<ApprovalDenied>(_record.Decide(false, "no", Person("user:maria", "finance", "clerks", "managers"), Start));

        string Forbidden(params string[] groups) =>
            Assert.Throws<AccessDeniedException>(() => _record.Decide(false, "no", Person("user:maria", groups), Start)).Message;
    }

    [Fact]
    public void Join_ByAnotherPersonBeforeTheDecision_CannotDecide()
    {
        Assert.Equal("approval_not_found", Assert.Throws<NotFoundException>(() => _record.Join(Tom.Principal, Start)).Code);
        Apply(_record.Request(Question())!, Start);
        Assert.Null(_record.Join(Principal.Parse("user:asker"), Start));
        Assert.Null(_record.Join(Principal.Parse("agent:bot"), Start));
        Assert.Null(_record.Join(Tom.Principal, Start.AddHours(1)));

        Apply(_record.Join(Tom.Principal, Start)!, Start);

        Assert.Null(_record.Join(Tom.Principal, Start));
        Assert.Equal([Tom.Principal], _record.View(Start).AlsoAskedBy);
        Assert.Contains("user:tom asked for it", Assert.Throws<AccessDeniedException>(() => _record.Decide(true, "fine", Tom, Start)).Message, StringComparison.Ordinal);
        Assert.Contains("user:tom asked for it", Assert.Throws<AccessDeniedException>(() => _record.Decide(false, "no", Tom, Start)).Message, StringComparison.Ordinal);
        Apply(_record.Decide(true, "fine", Maria, Start)!, Start);
        Assert.Null(_record.Join(Principal.Parse("user:eve"), Start));
        Assert.Throws<InvariantViolationException>(() =>
            _record.Verify(new ApprovalJoined(WorkloadId.New(Start), AgentId.Parse("bot"), Principal.Parse("user:eve")), Start));
    }

    [Fact]
    public void State_AtTheEnd_IsExpiredUnlessDeniedOrUsed()
    {
        Apply(_record.Request(Question())!, Start);
        var end = Start.AddHours(1);
        Assert.Equal(ApprovalState.Pending, _record.StateAt(end.AddTicks(-1)));
        Assert.Equal(ApprovalState.Expired, _record.StateAt(end));
        Assert.Equal("approval_expired", Assert.Throws<ConflictException>(() => _record.Decide(true, "late", Maria, end)).Code);

        Apply(_record.Decide(true, "fine", Maria, end.AddTicks(-10))!, end.AddTicks(-10));
        Assert.Equal(ApprovalState.Approved, _record.StateAt(end.AddTicks(-1)));
        Assert.Equal(ApprovalState.Expired, _record.StateAt(end));

        Apply(_record.Use(WorkloadId.New(Start))!, end);
        Assert.Equal(ApprovalState.Used, _record.StateAt(end));
    }

    [Fact]
    public void Use_BySomebodyElse_BreaksAnInvariant()
    {
        Apply(_record.Request(Question())!, Start);
        var user = WorkloadId.New(Start);
        Assert.Throws<InvariantViolationException>(() => _record.Verify(_record.Use(user)!, Start));
        Apply(_record.Decide(true, "fine", Maria, Start)!, Start);
        Apply(_record.Use(user)!, Start);

        Assert.Null(_record.Use(user));
        Assert.Equal(user, _record.View(Start).UsedBy);
        Assert.Throws<InvariantViolationException>(() => _record.Verify(_record.Use(WorkloadId.New(Start.AddSeconds(1)))!, Start));
    }

    [Fact]
    public void Entries_OfEveryKind_AreReadBackAboutTheAskingWorkload()
    {
        var asked = Question();
        LedgerEvent[] events =
        [
            new ApprovalRequested(asked.Workload, asked.Request.Agent, asked),
            new ApprovalApproved(asked.Workload, asked.Request.Agent, "fine", Maria.Principal),
            new ApprovalJoined(asked.Workload, asked.Request.Agent, Tom.Principal),
            new ApprovalDenied(asked.Workload, asked.Request.Agent, "no", Maria.Principal),
            new ApprovalUsed(asked.Workload, asked.Request.Agent, WorkloadId.New(Start)),
        ];
        foreach (var content in events)
        {
            var entry = EntryText.Compose(new StreamId(IApprovalGrain.Key(TenantId.Parse("acme"), Id)), LedgerHead.Empty, content, Start);
            var read = EntryText.Read(entry);
            Assert.Equal(
                JsonSerializer.Serialize(content, content.GetType(), GenOpsJson.Canonical), JsonSerializer.Serialize(read, content.GetType(), GenOpsJson.Canonical));
            Assert.Equal(asked.Workload, read.About);
            Assert.Equal(EntryRole.Fact, read.Role);
            Assert.False(read.ChangesAuthority);
        }

        Assert.Equal(
            """{"agent":"bot","reason":"fine","by":"user:maria"}""", JsonSerializer.Serialize(events[1], events[1].GetType(), GenOpsJson.Canonical));
    }

    [Fact]
    public void Save_AndRestore_KeepsAll()
    {
        Apply(_record.Request(Question() with { ApproverGroups = ["managers", "finance"] })!, Start);
        Apply(_record.Join(Tom.Principal, Start)!, Start);
        Apply(_record.Decide(true, "fine", Person("user:maria", "finance", "managers"), Start.AddMinutes(1))!, Start.AddMinutes(1));
        Apply(_record.Use(WorkloadId.New(Start))!, Start.AddMinutes(2));

        var restored = new ApprovalRecord(Id);
        restored.Restore(_record.Save());

        Assert.Equal(_record.Save(), restored.Save());
        Assert.Equal(
            JsonSerializer.Serialize(_record.View(Start), GenOpsJson.Canonical), JsonSerializer.Serialize(restored.View(Start), GenOpsJson.Canonical));
    }

    [Theory]
    [InlineData("00:00:59", false)]
    [InlineData("00:01:00", true)]
    [InlineData("7.00:00:00", true)]
    [InlineData("7.00:00:01", false)]
    public void Options_Lifetime_IsFromAMinuteToAWeek(string lifetime, bool isGood)
    {
        var result = new ApprovalOptionsValidator().Validate(
            null, new ApprovalOptions { Lifetime = TimeSpan.Parse(lifetime, System.Globalization.CultureInfo.InvariantCulture) });

        Assert.Equal(isGood, result.Succeeded);
        if (!isGood)
            Assert.Contains("set it from 00:01:00 to 7.00:00:00", result.FailureMessage, StringComparison.Ordinal);
    }

    private static Approver Person(string principal, params string[] groups) => new(Principal.Parse(principal), [.. groups]);

    private static ApprovalRequest Question()
    {
        var request = new WorkloadRequest(
            AgentId.Parse("bot"), new Operation("refund", "tool"), new Attribution("support", "helpdesk", "production"), Tool: "refund",
            Parameters: ImmutableSortedDictionary<string, ParameterValue>.Empty);
        return new ApprovalRequest(
            WorkloadId.New(Start), request, ContentHash.Of(request), DelegationId.Parse("d-1"), "parameters.refundAmount > 200", [],
            Principal.Parse("user:asker"), Start, Start.AddHours(1),
            [new Reservation(BudgetRoot.Parse("usd"), ScopePath.Parse("nlp"), Quantity.Parse("2"), Unit.Usd, Quantity.Parse("8"))]);
    }

    private void Apply(LedgerEvent content, DateTimeOffset at)
    {
        _record.Verify(content, at);
        _record.Apply(content, at);
    }
}
