using System.Diagnostics;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>The judge is judged: a good span passes, and each way to break it is found.</summary>
public sealed class GenOpsComplianceReaderTests
{
    public static TheoryData<string, string> Breaks { get; } = new()
    {
        { "no team", "required: genops.team is missing" },
        { "wrong version", "required: genops.spec.version is 1.0" },
        { "empty project", "meaning: span's genops.project is ''" },
        { "placeholder", "meaning: span's genops.environment is 'N/A'" },
        { "null", "type: span's genops.customer_id is null, not String" },
        { "other name", "name: span has genops.cost" },
        { "tokens as double", "type: span's genops.tokens.input is Double, not Int64" },
        { "actual as text", "type: span's genops.accounting.actual is String, not Double" },
        { "fifth result", "decision: span's result is DENIED" },
        { "allowed with code", "decision: span's result is ALLOWED with the reason code BUDGET_EXCEEDED" },
        { "unknown code", "decision: span's reason code is BROKE" },
        { "no evaluation", "decision: genops.policy.evaluated is there 0 times" },
        { "two evaluations", "decision: genops.policy.evaluated is there 2 times" },
        { "no reservation", "accounting: admitted without a reservation" },
        { "no reconciliation", "accounting: executed, and not each reservation has its reconciliation" },
        { "no actual", "accounting: executed without an actual" },
        { "reconciled though released", "accounting: not executed, and there is a reconciliation" },
        { "reserved after reconciled", "order: genops.budget.reservation comes too late" },
        { "event after the end", "order: an event is after the span's end" },
        { "wrong delta", "meaning: the delta is not actual - reserved" },
        { "event without unit", "required: genops.budget.reservation lacks genops.accounting.unit" },
        { "other event", "name: there is an event genops.done" },
        { "half a service level", "sla: 2 of 4 attributes" },
        { "no state", "state: missing does not go with the result" },
    };

    [Fact]
    public void Reader_GoodSpan_FindsNothing() => Assert.Empty(GenOpsComplianceReader.Read([Span("")]));

    [Fact]
    public void Reader_SameSpanTwice_FindsBothIdentities()
    {
        var span = Span("");

        Assert.Equal(2, GenOpsComplianceReader.Read([span, span]).Count(fault => fault.StartsWith("identity:", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public void Reader_BrokenSpan_SaysWhat(string how, string fault) => Assert.Contains(fault, GenOpsComplianceReader.Read([Span(how)]));

    private static Activity Span(string broken)
    {
        var span = new Activity("answer ticket").SetIdFormat(ActivityIdFormat.W3C);
        span.SetStartTime(Decisions.Start.UtcDateTime).Start();
        Tag("genops.spec.version", broken == "wrong version" ? "1.0" : "0.1.0");
        if (broken != "no team")
            Tag("genops.team", "support");
        Tag("genops.project", broken == "empty project" ? "" : "helpdesk");
        Tag("genops.environment", broken == "placeholder" ? "N/A" : "production");
        Tag("genops.operation.name", "answer ticket");
        Tag("genops.operation.type", "inference");
        Tag("genops.workload.id", span.SpanId.ToString());
        Tag("genops.policy.result", broken == "fifth result" ? "DENIED" : broken == "unknown code" ? "WARNING" : "ALLOWED");
        if (broken is "allowed with code" or "unknown code")
            Tag("genops.policy.reason_code", broken == "unknown code" ? "BROKE" : "BUDGET_EXCEEDED");
        if (broken == "null")
            span.AddTag("genops.customer_id", null);
        if (broken == "other name")
            Tag("genops.cost", 1.0);
        if (broken == "half a service level")
        {
            Tag("genops.sla.tier", "gold");
            Tag("genops.sla.latency_target_ms", 2000L);
        }

        Tag("genops.tokens.input", broken == "tokens as double" ? (object)374.0 : 374L);
        Tag("genops.accounting.reserved", 2.0);
        Tag("genops.accounting.unit", "USD");
        if (broken != "no actual")
            Tag("genops.accounting.actual", broken == "actual as text" ? "1.5" : (object)1.5);
        if (broken != "no state")
            Tag("genops.workload.state", broken == "reconciled though released" ? "released" : "reconciled");

        for (var i = broken == "no evaluation" ? 2 : broken == "two evaluations" ? 0 : 1; i < 2; i++)
            Event("genops.policy.evaluated", 0, new() { ["genops.policy.result"] = "ALLOWED" });
        if (broken is not ("no reservation" or "reserved after reconciled"))
            Reserve();
        if (broken != "no reconciliation")
        {
            Event("genops.budget.reconciliation", broken == "event after the end" ? 9 : 1, new()
            {
                ["genops.accounting.actual"] = 1.5,
                ["genops.accounting.reserved"] = 2.0,
                ["genops.accounting.unit"] = "USD",
                ["genops.accounting.reconciliation_delta"] = broken == "wrong delta" ? 0.5 : -0.5,
                ["genops.budget.name"] = "usd",
            });
        }

        if (broken == "reserved after reconciled")
            Reserve();
        if (broken == "other event")
            Event("genops.done", 1, []);
        span.SetEndTime(Decisions.Start.AddSeconds(2).UtcDateTime);
        span.Stop();
        return span;

        void Tag(string name, object value) => span.SetTag(name, value);

        void Event(string name, int seconds, ActivityTagsCollection tags) =>
            span.AddEvent(new ActivityEvent(name, Decisions.Start.AddSeconds(seconds), tags));

        void Reserve()
        {
            var tags = new ActivityTagsCollection { ["genops.accounting.reserved"] = 2.0, ["genops.budget.name"] = "usd" };
            if (broken != "event without unit")
                tags["genops.accounting.unit"] = "USD";
            Event("genops.budget.reservation", broken == "reserved after reconciled" ? 1 : 0, tags);
        }
    }
}
