using System.Text;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>The audit finds what it is there to find: each test spoils one thing, and only that check must speak.</summary>
public sealed class ClusterAuditTests
{
    private const string Chain = "chain, prefix or budget broken";
    private const string Unkept = "told, and not there exactly once";
    private const string Twice = "decided twice";
    private const string Authority = "allowed after an acknowledged end";
    private const string Ends = "ended in a way that can't be";
    private const string Unseen = "passed over by a follower";
    private const string Explicit = "not answered, or not explicitly";

    [Fact]
    public async Task Check_NothingSpoiled_IsClean()
    {
        var ledger = new ForgedLedger();

        var report = await ledger.CheckAsync([1, 2, 3, 4, 5, 6]);

        Assert.True(report.IsClean, report.ToString());
        Assert.Equal((6, 5, 2, 1, 1), (report.Count("entries in the ledger"), report.Count("acknowledged calls"), report.Count("  decisions"),
            report.Count("  settlements"), report.Count("admissions by budgets")));
    }

    [Fact]
    public async Task Check_LastEntryDropped_MissesTheRevocation()
    {
        var ledger = new ForgedLedger();
        ledger.Rows.RemoveAt(5);

        await FindsAsync(ledger, Unkept, "delegation.revoked of d-1");
    }

    [Fact]
    public async Task Check_EntryDroppedInTheMiddle_BreaksTheChain()
    {
        var ledger = new ForgedLedger();
        ledger.Rows.RemoveAt(3);

        var report = await ledger.CheckAsync();

        Assert.Equal((1, 1), (report.Count(Chain), report.Count(Unkept)));
        Assert.Contains(report.Faults, fault => fault.Contains("b/acme/usd #4: does not follow #2", StringComparison.Ordinal));
        Assert.Contains(report.Faults, fault => fault.Contains("told 5 in usd, recorded ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_HashSwapped_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Rows[5] = ledger.Rows[5] with { Hash = ledger.Rows[4].Hash };

        await FindsAsync(ledger, Chain, "a/acme/bot #2: is not what was hashed");
    }

    [Fact]
    public async Task Check_TextChanged_IsFound()
    {
        var ledger = new ForgedLedger();
        var text = Encoding.UTF8.GetString(ledger.Rows[0].Text).Replace("\"limit\": \"10\"", "\"limit\": \"11\"", StringComparison.Ordinal);
        ledger.Rows[0] = ledger.Rows[0] with { Text = Encoding.UTF8.GetBytes(text) };

        await FindsAsync(ledger, Chain, "b/acme/usd #1: is not what was hashed");
    }

    [Fact]
    public async Task Check_SecondDecision_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Add("b/acme/other", "workload.refused", $$"""{ "decision": {{ForgedLedger.Refusal(ForgedLedger.Second)}} }""", ForgedLedger.Second);

        var report = await ledger.CheckAsync();

        Assert.Equal((0, 1, 1, 1), (report.Count(Chain), report.Count(Twice), report.Count(Unkept), report.Count(Ends)));
    }

    [Fact]
    public async Task Check_OtherDecisionThanTold_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Tell(CallKind.Authorize, ForgedLedger.Second, 4, ForgedLedger.Refusal(ForgedLedger.Second).Replace("BUDGET_EXCEEDED", "RATE_LIMITED", StringComparison.Ordinal));

        await FindsAsync(ledger, Unkept, "RATE_LIMITED");
    }

    [Fact]
    public async Task Check_AdmissionBeyondTheLimit_IsFoundThoughItWasGivenBack()
    {
        var ledger = new ForgedLedger();
        ledger.Reserve(ForgedLedger.Third, "5.000000000001");
        ledger.Release(ForgedLedger.Third);

        await FindsAsync(ledger, Chain, "beyond the limit 10 of ''");
    }

    [Fact]
    public async Task Check_AdmissionToTheLimit_IsClean()
    {
        var ledger = new ForgedLedger();
        ledger.Reserve(ForgedLedger.Third, "5");
        ledger.Release(ForgedLedger.Third);

        Assert.True((await ledger.CheckAsync()).IsClean);
    }

    [Fact]
    public async Task Check_AdmissionBeyondAValuesLimit_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Add("b/acme/usd", "budget.defined", """{ "definition": { "unit": "USD", "limit": "100", "perValue": { "customerId": { "limit": "7" } } } }""");
        ledger.Reserve(ForgedLedger.Third, "8", """["customerId=c-1"]""");
        ledger.Release(ForgedLedger.Third);

        await FindsAsync(ledger, Chain, "beyond the limit 7 of 'customerId=c-1'");
    }

    [Fact]
    public async Task Check_AllowedAfterTheRevocation_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Tell(CallKind.Authorize, ForgedLedger.First, 6, ForgedLedger.Allowance(ForgedLedger.First));

        await FindsAsync(ledger, Authority, "d-1 was revoked");
    }

    [Fact]
    public async Task Check_AllowedWhileTheRevocationWasUnderWay_IsClean()
    {
        var ledger = new ForgedLedger();
        ledger.History.Add(ForgedLedger.Told(CallKind.Authorize, ForgedLedger.First, 5, ForgedLedger.Allowance(ForgedLedger.First)) with { Ended = TimeSpan.FromSeconds(9) });

        Assert.True((await ledger.CheckAsync()).IsClean);
    }

    [Theory]
    [InlineData(2, null, true)] // allowed at 3, suspended since 2.5
    [InlineData(3, null, false)] // at the same time
    [InlineData(1, 2, false)] // resumed in between
    public async Task Check_AllowedWhileSuspended_IsFound(int suspendedAt, int? resumedAt, bool isFound)
    {
        var ledger = new ForgedLedger();
        ledger.Add("a/acme/bot", "agent.suspended", "{}");
        ledger.Add("a/acme/bot", "agent.resumed", "{}");
        ledger.Tell(CallKind.Suspend, "bot", suspendedAt, "{}");
        if (resumedAt is { } second)
            ledger.Tell(CallKind.Resume, "bot", second, "{}");
        ledger.Tell(CallKind.Authorize, ForgedLedger.First, 3, ForgedLedger.Allowance(ForgedLedger.First));

        var report = await ledger.CheckAsync();

        Assert.Equal(isFound ? 1 : 0, report.Count(Authority));
    }

    [Fact]
    public async Task Check_AllowedOnWhatNobodyGranted_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Reserve(ForgedLedger.Third, "1");
        ledger.Release(ForgedLedger.Third);
        ledger.Tell(CallKind.Authorize, ForgedLedger.Third, 4, ForgedLedger.Allowance(ForgedLedger.Third).Replace("d-1", "d-2", StringComparison.Ordinal));

        var report = await ledger.CheckAsync();

        Assert.Equal(1, report.Count(Authority));
        Assert.Contains(report.Faults, fault => fault.Contains("nobody granted d-2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_HoldLeftOpen_IsFound()
    {
        var ledger = new ForgedLedger();
        ledger.Reserve(ForgedLedger.Third, "1");

        var report = await ledger.CheckAsync();

        Assert.Equal((1, 2), (report.Open, report.Count(Ends)));
    }

    [Fact]
    public async Task Check_PositionNotShown_IsFound() => await FindsAsync(new ForgedLedger(), Unseen, "position 4 was passed over", [1, 2, 3, 5, 6]);

    [Fact]
    public async Task Check_UnansweredCall_IsFoundUnlessThereWasAnOutage()
    {
        var ledger = new ForgedLedger();
        var silent = ForgedLedger.Told(CallKind.Authorize, ForgedLedger.Third, 20, "{}") with { End = CallEnd.Unanswered, Answer = null, Error = "no answer within 15 s" };
        ledger.History.Add(silent with { Ended = TimeSpan.FromSeconds(35) });

        await FindsAsync(ledger, Explicit, "no answer within 15 s");
        var during = await ledger.CheckAsync(options: new AuditOptions { Outages = [(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(21))] });
        Assert.True(during.IsClean, during.ToString());
    }

    [Fact]
    public async Task Check_UnansweredCall_WhoseCallerWaitedLessThanTheNodePromises_IsNoFault()
    {
        var ledger = new ForgedLedger();
        ledger.History.Add(ForgedLedger.Told(CallKind.Authorize, ForgedLedger.Third, 20, "{}") with
        {
            Ended = TimeSpan.FromSeconds(34.9), End = CallEnd.Unanswered, Answer = null, Error = "no answer within 14.9 s",
        });

        Assert.True((await ledger.CheckAsync()).IsClean);
    }

    [Theory]
    [InlineData("503 overloaded", true)]
    [InlineData("409 authority_revoked", true)]
    [InlineData("500 internal", false)]
    [InlineData("404 agent_not_found", false)]
    public async Task Check_Refusal_IsFineIfItIsExplicit(string error, bool isFine)
    {
        var ledger = new ForgedLedger();
        ledger.History.Add(ForgedLedger.Told(CallKind.Authorize, ForgedLedger.Third, 7, "{}") with { End = CallEnd.Refused, Answer = null, Error = error });

        Assert.Equal(isFine ? 0 : 1, (await ledger.CheckAsync()).Count(Explicit));
    }

    private static async Task FindsAsync(ForgedLedger ledger, string promise, string fault, IReadOnlyList<long>? shown = null)
    {
        var report = await ledger.CheckAsync(shown);

        Assert.Equal([promise], report.Checks.Where(check => check.Value > 0).Select(check => check.Key));
        Assert.Contains(fault, Assert.Single(report.Faults), StringComparison.Ordinal);
    }
}
