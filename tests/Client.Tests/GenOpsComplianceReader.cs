using System.Diagnostics;
using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>
/// Judges exported spans by the GenOps specification v0.1 (section 9: compliance is judged by inspecting telemetry). It
/// knows the names by heart instead of taking them from the product, so that a wrong constant is found too.
/// </summary>
internal static partial class GenOpsComplianceReader
{
    private static readonly string[] Results = ["ALLOWED", "BLOCKED", "WARNING", "RATE_LIMITED"];

    private static readonly string[] Codes =
    [
        "BUDGET_EXCEEDED", "BUDGET_RESERVATION_FAILED", "POLICY_DENY_MODEL", "POLICY_DENY_REGION", "POLICY_DENY_CONTENT",
        "RATE_LIMITED", "SLA_LATENCY_VIOLATION", "PROVIDER_ERROR_UPSTREAM", "ACCOUNTING_INVARIANT_VIOLATION",
    ];

    private static readonly string[] Required =
        ["genops.team", "genops.project", "genops.environment", "genops.operation.name", "genops.operation.type", "genops.spec.version"];

    private static readonly string[] Sla =
        ["genops.sla.tier", "genops.sla.latency_target_ms", "genops.sla.actual_latency_ms", "genops.sla.met"];

    private static readonly string[] Placeholders = ["null", "none", "n/a", "na", "unknown", "undefined", "todo", "-", "?"];

    private static readonly Dictionary<string, Type> Types = new()
    {
        ["genops.spec.version"] = typeof(string),
        ["genops.team"] = typeof(string),
        ["genops.project"] = typeof(string),
        ["genops.environment"] = typeof(string),
        ["genops.customer_id"] = typeof(string),
        ["genops.feature"] = typeof(string),
        ["genops.session_id"] = typeof(string),
        ["genops.cost_center"] = typeof(string),
        ["genops.operation.name"] = typeof(string),
        ["genops.operation.type"] = typeof(string),
        ["genops.policy.result"] = typeof(string),
        ["genops.policy.reason_code"] = typeof(string),
        ["genops.policy.reason"] = typeof(string),
        ["genops.policy.name"] = typeof(string),
        ["genops.policy.timestamp"] = typeof(long),
        ["genops.accounting.reserved"] = typeof(double),
        ["genops.accounting.actual"] = typeof(double),
        ["genops.accounting.unit"] = typeof(string),
        ["genops.accounting.reconciliation_delta"] = typeof(double),
        ["genops.accounting.incomplete"] = typeof(bool),
        ["genops.accounting.worst_case"] = typeof(double),
        ["genops.budget.name"] = typeof(string),
        ["genops.budget.allocated"] = typeof(double),
        ["genops.budget.consumed"] = typeof(double),
        ["genops.budget.remaining"] = typeof(double),
        ["genops.budget.period"] = typeof(string),
        ["genops.cost.total"] = typeof(double),
        ["genops.cost.currency"] = typeof(string),
        ["genops.cost.provider"] = typeof(string),
        ["genops.cost.model"] = typeof(string),
        ["genops.tokens.input"] = typeof(long),
        ["genops.tokens.output"] = typeof(long),
        ["genops.tokens.total"] = typeof(long),
        ["genops.sla.tier"] = typeof(string),
        ["genops.sla.latency_target_ms"] = typeof(long),
        ["genops.sla.actual_latency_ms"] = typeof(long),
        ["genops.sla.met"] = typeof(bool),
        ["genops.authority.revoked"] = typeof(bool),
        ["genops.authority.notice"] = typeof(string),
        ["genops.workload.id"] = typeof(string),
        ["genops.workload.state"] = typeof(string),
        ["genops.tenant"] = typeof(string),
        ["genops.agent"] = typeof(string),
    };

    private static readonly Dictionary<string, string[]> Events = new()
    {
        ["genops.policy.evaluated"] = ["genops.policy.result"],
        ["genops.budget.reservation"] = ["genops.accounting.reserved", "genops.accounting.unit"],
        ["genops.budget.reconciliation"] = ["genops.accounting.actual", "genops.accounting.reserved", "genops.accounting.unit"],
        ["genops.cost.calculated"] = ["genops.cost.total", "genops.cost.currency"],
        ["genops.authority.revoked"] = ["genops.authority.notice"],
    };

    /// <summary>Every rule that a span breaks; none if all of them comply.</summary>
    public static List<string> Read(IReadOnlyCollection<Activity> spans)
    {
        var faults = new List<string>();
        foreach (var twins in spans.GroupBy(span => (span.TraceId, span.SpanId)).Where(group => group.Count() > 1))
            faults.Add($"identity: {twins.Count()} spans are {twins.Key}");
        foreach (var twins in spans.GroupBy(span => span.GetTagItem("genops.workload.id")).Where(group => group.Count() > 1))
            faults.Add($"identity: {twins.Count()} spans are of workload {twins.Key}");
        foreach (var span in spans)
            Read(span, faults);
        return faults;
    }

    private static void Read(Activity span, List<string> faults)
    {
        var tags = span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);
        var events = span.Events.Where(happened => happened.Name.StartsWith("genops.", StringComparison.Ordinal)).ToArray();
        Values("span", span.TagObjects, faults);
        foreach (var name in Required.Where(name => !tags.ContainsKey(name)))
            faults.Add($"required: {name} is missing");
        if (tags.TryGetValue("genops.spec.version", out var version) && version is not "0.1.0")
            faults.Add($"required: genops.spec.version is {version}");

        // Without a decision there is nothing to claim, and the span must say that it failed.
        if (!tags.ContainsKey("genops.policy.result") && span.Status == ActivityStatusCode.Error && events.Length == 0
            && !tags.Keys.Any(IsAccounting))
            return;

        Order(span, events, faults);
        foreach (var happened in events)
            Event(happened, faults);
        Decision(tags, events, faults);
        Accounting(tags, events, faults);
        ServiceLevel(tags, faults);
        Tokens(tags, faults);
    }

    private static void Values(string where, IEnumerable<KeyValuePair<string, object?>> tags, List<string> faults)
    {
        foreach (var (name, value) in tags.Where(tag => tag.Key.StartsWith("genops.", StringComparison.Ordinal)))
        {
            if (!Types.TryGetValue(name, out var type))
                faults.Add($"name: {where} has {name}");
            else if (value?.GetType() != type)
                faults.Add($"type: {where}'s {name} is {value?.GetType().Name ?? "null"}, not {type.Name}");
            else if (value is string text && (string.IsNullOrWhiteSpace(text) || Placeholders.Contains(text.ToLowerInvariant())))
                faults.Add($"meaning: {where}'s {name} is '{text}'");
            else if (value is double number && !double.IsFinite(number))
                faults.Add($"meaning: {where}'s {name} is {number}");
        }
    }

    private static void Order(Activity span, ActivityEvent[] events, List<string> faults)
    {
        var earliest = new DateTimeOffset(span.StartTimeUtc);
        var stage = 0;
        foreach (var happened in events)
        {
            if (happened.Timestamp < earliest)
                faults.Add($"order: {happened.Name} is before what precedes it");
            earliest = happened.Timestamp;
            var own = happened.Name switch
            {
                "genops.policy.evaluated" => 0,
                "genops.budget.reservation" => 1,
                _ => 2,
            };
            if (own < stage)
                faults.Add($"order: {happened.Name} comes too late");
            stage = own;
        }

        if (earliest > new DateTimeOffset(span.StartTimeUtc + span.Duration))
            faults.Add("order: an event is after the span's end");
    }

    private static void Event(ActivityEvent happened, List<string> faults)
    {
        Values(happened.Name, happened.Tags, faults);
        if (!Events.TryGetValue(happened.Name, out var required))
        {
            faults.Add($"name: there is an event {happened.Name}");
            return;
        }

        var tags = happened.Tags.ToDictionary(tag => tag.Key, tag => tag.Value);
        foreach (var name in required.Where(name => !tags.ContainsKey(name)))
            faults.Add($"required: {happened.Name} lacks {name}");
        if (tags.TryGetValue("genops.cost.currency", out var currency) && !Currency().IsMatch(currency as string ?? ""))
            faults.Add($"meaning: the currency is {currency}");
        if (tags.TryGetValue("genops.accounting.reconciliation_delta", out var delta)
            && tags.TryGetValue("genops.accounting.actual", out var actual) && tags.TryGetValue("genops.accounting.reserved", out var reserved)
            && delta is double difference && actual is double after && reserved is double before
            && Math.Abs(difference - (after - before)) > 1e-9)
            faults.Add("meaning: the delta is not actual - reserved");
    }

    private static void Decision(Dictionary<string, object?> tags, ActivityEvent[] events, List<string> faults)
    {
        var evaluated = events.Where(happened => happened.Name == "genops.policy.evaluated").ToArray();
        if (evaluated.Length != 1)
            faults.Add($"decision: genops.policy.evaluated is there {evaluated.Length} times");
        Decision("span", tags, faults);
        foreach (var happened in evaluated)
        {
            var own = happened.Tags.ToDictionary(tag => tag.Key, tag => tag.Value);
            Decision(happened.Name, own, faults);
            if (!Equals(own.GetValueOrDefault("genops.policy.result"), tags.GetValueOrDefault("genops.policy.result"))
                || !Equals(own.GetValueOrDefault("genops.policy.reason_code"), tags.GetValueOrDefault("genops.policy.reason_code")))
                faults.Add("decision: span and event differ");
        }
    }

    private static void Decision(string where, Dictionary<string, object?> tags, List<string> faults)
    {
        var result = tags.GetValueOrDefault("genops.policy.result") as string;
        var code = tags.GetValueOrDefault("genops.policy.reason_code") as string;
        if (!Results.Contains(result))
            faults.Add($"decision: {where}'s result is {result ?? "missing"}");
        if (result == "ALLOWED" != code is null)
            faults.Add($"decision: {where}'s result is {result} with the reason code {code ?? "missing"}");
        if (code is not null && !Codes.Contains(code) && !Extension().IsMatch(code))
            faults.Add($"decision: {where}'s reason code is {code}");
    }

    private static void Accounting(Dictionary<string, object?> tags, ActivityEvent[] events, List<string> faults)
    {
        var admitted = tags.GetValueOrDefault("genops.policy.result") is "ALLOWED" or "WARNING";
        var reservations = Budgets(events, "genops.budget.reservation");
        var reconciliations = Budgets(events, "genops.budget.reconciliation");
        if (admitted && reservations.Length == 0)
            faults.Add("accounting: admitted without a reservation");
        if (reservations.Length > 0 != (tags.ContainsKey("genops.accounting.reserved") && tags.ContainsKey("genops.accounting.unit")))
            faults.Add("accounting: reserved and unit are on the span exactly if something was reserved");
        if (reservations.Length == 0 && tags.Keys.Any(IsAccounting))
            faults.Add("accounting: nothing was reserved, and the span says something of it");

        var state = tags.GetValueOrDefault("genops.workload.state") as string;
        if (state is not ("refused" or "released" or "reconciled" or "unresolved") || state == "refused" == admitted)
            faults.Add($"state: {state ?? "missing"} does not go with the result");
        if (admitted && state is "reconciled" or "unresolved")
        {
            if (!tags.ContainsKey("genops.accounting.actual"))
                faults.Add("accounting: executed without an actual");
            if (!reservations.SequenceEqual(reconciliations))
                faults.Add("accounting: executed, and not each reservation has its reconciliation");
        }
        else if (reconciliations.Length > 0 || tags.ContainsKey("genops.accounting.actual"))
        {
            faults.Add("accounting: not executed, and there is a reconciliation");
        }
    }

    private static (object?, object?, object?)[] Budgets(ActivityEvent[] events, string name) =>
    [
        .. events.Where(happened => happened.Name == name)
            .Select(happened => happened.Tags.ToDictionary(tag => tag.Key, tag => tag.Value))
            .Select(tags => (
                tags.GetValueOrDefault("genops.budget.name"),
                tags.GetValueOrDefault("genops.accounting.unit"),
                tags.GetValueOrDefault("genops.accounting.reserved"))),
    ];

    private static void ServiceLevel(Dictionary<string, object?> tags, List<string> faults)
    {
        var there = Sla.Count(tags.ContainsKey);
        if (there is not (0 or 4))
            faults.Add($"sla: {there} of 4 attributes");
        if (tags.GetValueOrDefault("genops.sla.met") is bool met
            && tags.GetValueOrDefault("genops.sla.actual_latency_ms") is long actual
            && tags.GetValueOrDefault("genops.sla.latency_target_ms") is long target
            && met != actual <= target)
            faults.Add("sla: met does not say whether the target was met");
    }

    private static void Tokens(Dictionary<string, object?> tags, List<string> faults)
    {
        if (tags.GetValueOrDefault("genops.tokens.total") is long total
            && (tags.GetValueOrDefault("genops.tokens.input") as long? ?? 0) + (tags.GetValueOrDefault("genops.tokens.output") as long? ?? 0) != total)
            faults.Add("tokens: the total is not input + output");
    }

    private static bool IsAccounting(string name) => name.StartsWith("genops.accounting.", StringComparison.Ordinal);

    [GeneratedRegex("^x_[a-z0-9_]+$")]
    private static partial Regex Extension();

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex Currency();
}
