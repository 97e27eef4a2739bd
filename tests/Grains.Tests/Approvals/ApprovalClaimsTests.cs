using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

public sealed class ApprovalClaimsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly ApprovalClaims _claims = new();

    [Fact]
    public void Find_UntilItsEnd_IsTheNewestOfTheAction()
    {
        var (first, second) = (Claim("a", Start), Claim("a", Start.AddMinutes(1)));
        _claims.Add(first, Start);
        _claims.Add(second, Start.AddMinutes(1));

        // Told of late: it was asked before the second one was made.
        _claims.Add(first, Start.AddMinutes(2));

        Assert.Equal(second, _claims.Find(second.Action, second.ExpiresAt.AddTicks(-1)));
        Assert.Null(_claims.Find(second.Action, second.ExpiresAt));
        Assert.Null(_claims.Find(Hash("b"), Start));
        Assert.Equal(1, _claims.Count);
    }

    [Fact]
    public void Add_ForEver_RemembersWhatIsAliveAndLittleElse()
    {
        var most = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var now = Start.AddMinutes(i);
            _claims.Add(Claim($"action {i}", now), now);
            Assert.Equal(Math.Min(i + 1, 60), _claims.CountAt(now));
            most = Math.Max(most, _claims.Count);
        }

        Assert.InRange(most, 60, 121);
        for (var i = 4_940; i < 5_000; i++)
            Assert.NotNull(_claims.Find(Hash($"action {i}"), Start.AddMinutes(4_999)));
    }

    [Fact]
    public void AgentRecord_OfRefusalsThatWait_RemembersThemAcrossASnapshot()
    {
        var record = new AgentRecord(AgentId.Parse("bot"));
        var claims = Enumerable.Range(0, 3).Select(i => Claim($"action {i}", Start.AddMinutes(i))).ToList();
        foreach (var claim in claims)
            record.Apply(Refused(claim, ReasonCodes.ApprovalRequired), Start);
        record.Apply(Refused(Claim("denied", Start), ReasonCodes.ApprovalDenied), Start);

        var restored = new AgentRecord(AgentId.Parse("bot"));
        restored.Restore(record.Save());

        Assert.Equal(record.Save(), restored.Save());
        foreach (var kept in (AgentRecord[])[record, restored])
        {
            Assert.Equal(3, kept.Claims.Count);
            Assert.All(claims, claim => Assert.Equal(claim, kept.Claims.Find(claim.Action, Start)));
        }
    }

    private static WorkloadRefused Refused(ApprovalClaim claim, string code)
    {
        var id = WorkloadId.New(Start);
        var request = new WorkloadRequest(AgentId.Parse("bot"), new Operation("refund", "tool"), new Attribution("support", "helpdesk", "production"), id);
        return new WorkloadRefused(id, request, claim.Action, new Decision(
            id, DecisionResult.Blocked, code, "a person has to", "delegation d-1", [], claim.ExpiresAt, default, claim.Approval.ToString()));
    }

    private static ApprovalClaim Claim(string action, DateTimeOffset at) => new(Hash(action), ApprovalId.New(at), at.AddHours(1));

    private static ContentHash Hash(string action) => ContentHash.Of<string>(action);
}
