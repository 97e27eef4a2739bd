using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// A budget told again by its entries alone, as slowly and plainly as possible, and sharing no code with the actor that
/// wrote them: decimals, windows by what the wall clock shows, sums by name.
/// </summary>
/// <param name="stream">The budget's name.</param>
/// <param name="unresolvedMax">The most unresolved holds that its tree remembers: what it forgot adds nothing to a model's history.</param>
internal sealed class AuditedBudget(string stream, int unresolvedMax)
{
    private readonly AuditedCalendar _calendar = new();
    private readonly Dictionary<(string Scope, string Period, string Window), AuditedSums> _sums = [];
    private readonly Dictionary<string, AuditedAdjustment> _adjustments = [];
    private readonly HashSet<string> _frozen = [];
    private readonly AuditedModels _models = new();
    private readonly List<AuditedHold> _unresolved = [];
    private readonly Dictionary<(string Scope, string Period, string Window), int> _alerted = [];
    private readonly Dictionary<(string Scope, string Period, string Window), int> _crossed = [];
    private Dictionary<string, List<AuditedLimit>> _limits = [];
    private Dictionary<(string Scope, string Attribute), (List<AuditedLimit> Limits, bool IsOptional)> _rules = [];
    private decimal[] _alerts = [];
    private decimal? _warnAt;
    private bool _isObserved;
    private bool _usesHistory;
    private bool _isActive;

    public Dictionary<string, AuditedHold> Holds { get; } = [];

    /// <summary>What spend without a reservation was recorded, by workload.</summary>
    public Dictionary<string, decimal> Usages { get; } = [];

    public IReadOnlyDictionary<string, AuditedAdjustment> Adjustments => _adjustments;

    /// <summary>How many alerts were raised.</summary>
    public int Alerts { get; private set; }

    /// <summary>How many holds were less than the most that the call could cost.</summary>
    public int Estimated { get; private set; }

    /// <summary>The scopes that the definition names.</summary>
    public IEnumerable<string> Scopes => _limits.Keys;

    public void Take(string kind, string? workload, DateTimeOffset at, JsonElement data)
    {
        switch (kind)
        {
            case "budget.defined":
                Define(data.GetProperty("definition"), at);
                break;

            case "budget.archived":
                _isActive = false;
                break;

            case "budget.adjusted":
                Adjust(data, at);
                break;

            case "budget.frozen":
                if (!_frozen.Add(Text(data, "scope")))
                    throw Wrong($"'{Text(data, "scope")}' is frozen twice");
                break;

            case "budget.unfrozen":
                if (!_frozen.Remove(Text(data, "scope")))
                    throw Wrong($"'{Text(data, "scope")}' is unfrozen, and was not frozen");
                break;

            case "budget.alerted":
                Alert(data, at);
                break;

            case "workload.reserved" or "workload.held":
                Admit(kind, workload!, at, data);
                break;

            case "workload.refused":
                Refuse(workload!, at, data);
                break;

            case "workload.reconciled":
                Reconcile(workload!, at, data);
                break;

            case "workload.unresolved":
                KeepUnresolved(workload!, at, data);
                break;

            case "workload.released":
                GiveBack(workload!, at, "released", Text(data, "cause"), Text(data, "from"));
                break;

            case "workload.withdrawn":
                GiveBack(workload!, at, "withdrawn", null, "open");
                break;

            case "usage.recorded":
                Use(workload!, at, data);
                break;
        }
    }

    /// <summary>Holds what the actor shows of a scope against the entries.</summary>
    public void Compare(BudgetView view, DateTimeOffset now)
    {
        foreach (var row in view.Limits)
        {
            var period = row.Period.ToString().ToLowerInvariant();
            var sums = Sums(view.Scope.Value, period, row.WindowStart ?? now);
            var shown = $"{row.Spent} {row.Reserved} {row.Unresolved} {row.Overrun} {row.Remaining}";
            var told = $"{Plain(sums.Spent)} {Plain(sums.Reserved)} {Plain(sums.Unresolved)} {Plain(sums.Overrun)} {(row.Limit is { } limit ? Plain(Number(limit.ToString()) - sums.Used) : "")}";
            if (shown != told)
                throw Wrong($"'{view.Scope}' shows {shown} ({period} from {row.WindowStart:O}), and the ledger says {told}");
        }
    }

    /// <summary>After everything has settled: what was crossed was alerted of.</summary>
    public void CheckAlerts(DateTimeOffset now)
    {
        foreach (var (limit, threshold) in _crossed)
        {
            var (scope, period, window) = limit;
            if (_calendar.Name(period, now) != window || _alerted.GetValueOrDefault(limit) >= threshold || !_alerts.Contains(threshold)
                || _adjustments.Values.Any(raise => raise.Until is not null && raise.Scope == scope))
                continue;

            var sums = _sums[limit];
            if (LimitsOf(scope).FirstOrDefault(term => term.Period == period && term.Counts(now)) is { } term && sums.Consumed * 100 >= threshold * term.Limit && term.Limit > 0)
                throw Wrong($"'{scope}' has consumed {sums.Consumed} of {term.Limit} ({period} {window}), and nobody was alerted of {threshold} percent");
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Number(JsonElement data, string name) => Number(data.GetProperty(name).GetString()!);

    private static string Text(JsonElement data, string name) => data.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static DateTimeOffset? Instant(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) ? DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture) : null;

    private static ImmutableArray<string> Texts(JsonElement data, string name) =>
        data.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    private static string Plain(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    private static IEnumerable<string> UpToRoot(string scope)
    {
        for (var path = scope; path.Length > 0; path = path.LastIndexOf('/') is var cut and > 0 ? path[..cut] : "")
            yield return path;
        yield return "";
    }

    private void Define(JsonElement definition, DateTimeOffset at)
    {
        var zone = Text(definition, "timeZone") is { Length: > 0 } name ? name : "UTC";
        var weekStart = Text(definition, "weekStart") is { Length: > 0 } day ? day : "monday";
        _calendar.Change(at, zone, weekStart, definition.TryGetProperty("fiscalYearStart", out var month) ? month.GetInt32() : 1);
        _isObserved = Text(definition, "mode") == "observe";
        _usesHistory = Text(definition, "estimate") == "p95";
        _warnAt = definition.TryGetProperty("warnAt", out var percent) ? percent.GetInt32() : null;
        _alerts = definition.TryGetProperty("alerts", out var alerts) ? [.. alerts.EnumerateArray().Select(one => one.GetDecimal())] : [];

        var (limits, rules) = (_limits, _rules);
        (_limits, _rules) = ([], []);
        Define("", "none", definition);
        foreach (var (scope, terms) in _isActive ? _limits.ToList() : [])
        {
            if (limits.TryGetValue(scope, out var before))
                _limits[scope] = Follow(before, terms, at);
        }

        foreach (var (rule, (terms, isOptional)) in _isActive ? _rules.ToList() : [])
        {
            if (rules.TryGetValue(rule, out var before))
                _rules[rule] = (Follow(before.Limits, terms, at), isOptional);
        }

        _isActive = true;
        foreach (var scope in _limits.Keys)
            Cross(scope, at);
    }

    private void Define(string path, string inherited, JsonElement scope)
    {
        var period = Text(scope, "period") is { Length: > 0 } own ? own : inherited;
        _limits[path] = Limits(scope, period);
        if (scope.TryGetProperty("perValue", out var rules))
        {
            foreach (var rule in rules.EnumerateObject())
            {
                var isOptional = rule.Value.TryGetProperty("optional", out var optional) && optional.GetBoolean();
                _rules[(path, rule.Name)] = (Limits(rule.Value, Text(rule.Value, "period") is { Length: > 0 } within ? within : period), isOptional);
            }
        }

        if (!scope.TryGetProperty("children", out var children))
            return;

        foreach (var child in children.EnumerateObject())
            Define(path.Length == 0 ? child.Name : $"{path}/{child.Name}", period, child.Value);
    }

    private static List<AuditedLimit> Limits(JsonElement scope, string period)
    {
        var limits = new List<AuditedLimit>();
        if (scope.TryGetProperty("limit", out _))
            limits.Add(new AuditedLimit(period, Number(scope, "limit")));
        if (scope.TryGetProperty("limits", out var several))
            limits.AddRange(several.EnumerateArray().Select(limit => new AuditedLimit(Text(limit, "period"), Number(limit, "limit"))));
        return limits;
    }

    /// <summary>
    /// Amounts change at once, limits come and go at once; only where some periods give way to others, the old ones last
    /// to the end of their windows, and the new ones begin when the last of those has ended.
    /// </summary>
    private List<AuditedLimit> Follow(List<AuditedLimit> before, List<AuditedLimit> wanted, DateTimeOffset at)
    {
        var standing = before.FindAll(limit => limit.Until is null);
        var leaving = standing.FindAll(limit => !wanted.Exists(other => other.Period == limit.Period));
        var coming = wanted.FindAll(limit => !standing.Exists(other => other.Period == limit.Period));
        var after = before.FindAll(limit => limit.Until > at && !wanted.Exists(other => other.Period == limit.Period));
        DateTimeOffset? changeAt = null;
        if (leaving.Count > 0 && coming.Count > 0)
        {
            foreach (var limit in leaving)
            {
                var end = limit.From > at ? limit.From : _calendar.End(limit.Period, at);
                if (limit.Counts(at) && end is not null)
                    after.Add(limit with { From = null, Until = end });
                if (changeAt is null || end > changeAt)
                    changeAt = end ?? changeAt;
            }
        }

        // A limit for all time has no end to wait for.
        if (leaving.Exists(limit => limit.Period == "none" && limit.Counts(at)))
            changeAt = null;
        foreach (var limit in wanted)
        {
            var known = standing.Find(other => other.Period == limit.Period);
            var counts = before.Exists(other => other.Period == limit.Period && other.Counts(at));
            after.Add(limit with { From = counts ? null : known is null ? changeAt : known.From });
        }

        return after;
    }

    /// <summary>The limits of a scope, those of its rule if it is one on demand.</summary>
    private List<AuditedLimit> LimitsOf(string scope)
    {
        var name = scope[(scope.LastIndexOf('/') + 1)..];
        if (name.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            return _limits.GetValueOrDefault(scope, []);

        var above = name.Length == scope.Length ? "" : scope[..^(name.Length + 1)];
        return _rules.TryGetValue((above, name[..equals]), out var rule) ? rule.Limits : [];
    }

    private void Adjust(JsonElement data, DateTimeOffset at)
    {
        var made = new AuditedAdjustment(
            Text(data, "adjustmentId"), Text(data, "scope"), Number(data, "amount"), Instant(data, "until"), Text(data, "period"), Text(data, "reason"));
        if (_adjustments.Values.Any(known => known.Reason == made.Reason) || !_adjustments.TryAdd(made.Id, made))
            throw Wrong($"the adjustment {made.Id} ({made.Reason}) is made twice");
        if (made.Until is null)
            Count(made.Scope, [], at, at, consumes: true, sums => sums.Spent -= made.Amount);
        else if (made.Until <= at || made.Amount <= 0)
            throw Wrong($"the adjustment {made.Id} raises by {made.Amount} until {made.Until:O}, at {at:O}");
    }

    private decimal Raised(string scope, string period, DateTimeOffset at) => _adjustments.Values
        .Where(raise => raise.Until > at && raise.Scope == scope && (raise.Period.Length == 0 || raise.Period == period))
        .Sum(raise => raise.Amount);

    private void Admit(string kind, string workload, DateTimeOffset at, JsonElement data)
    {
        var scope = Text(data, "scope");
        var amount = Number(data, "amount");
        var onDemand = Texts(data, "onDemand");
        if (!_isActive || !_limits.ContainsKey(scope))
            throw Wrong($"{workload} is admitted to '{scope}', which does not exist or is archived");

        var warning = RequireScopesOnDemand(kind, workload, scope, onDemand, data);
        var ways = UpToRoot(scope).Reverse().Concat(onDemand).ToList();
        if (ways.Find(_frozen.Contains) is { } frozen)
            throw Wrong($"{workload} is admitted to '{frozen}', which is frozen");

        decimal? remaining = null;
        string? threshold = null;
        foreach (var path in ways)
        {
            foreach (var term in LimitsOf(path).Where(term => term.Counts(at)))
            {
                var limit = term.Limit + Raised(path, term.Period, at);
                var left = limit - Sums(path, term.Period, at).Used;
                if (amount > left && !_isObserved)
                    throw Wrong($"overspend: {workload} is admitted with {amount} to '{path}', which has {left} left of {limit} ({term.Period})");
                if (amount > left)
                    warning ??= left <= 0 ? "BUDGET_EXCEEDED" : "BUDGET_RESERVATION_FAILED";
                if (_warnAt is { } percent && (limit - left + amount) * 100 > percent * limit)
                    threshold = "x_budget_threshold";
                remaining = remaining is null ? left - amount : Math.Min(remaining.Value, left - amount);
            }
        }

        warning ??= threshold;
        var own = kind == "workload.held" ? data : data.GetProperty("decision").GetProperty("reservations").EnumerateArray().Last();
        if (Text(own, "remaining") != (remaining is { } least ? Plain(least) : ""))
            throw Wrong($"{workload} is told that {Text(own, "remaining")} remain, and it is {remaining}");
        var told = kind != "workload.held" ? warning : data.TryGetProperty("warning", out var warned) ? Text(warned, "code") : null;
        if (told != warning)
            throw Wrong($"{workload} is warned of {told}, and should be of {warning}");

        var hold = new AuditedHold { Scope = scope, OnDemand = onDemand, ReservedAt = at, Amount = amount, Warning = warning, WorstCase = RequireEstimate(kind, workload, amount, data, out var model) };
        hold.Model = model;
        if (!Holds.TryAdd(workload, hold))
            throw Wrong($"{workload} is held twice");
        Count(scope, onDemand, at, at, consumes: false, sums => sums.Reserved += amount);
    }

    /// <summary>Each rule on the way makes one scope; what is missing is refused, or warned of where refusing is off.</summary>
    private string? RequireScopesOnDemand(string kind, string workload, string scope, ImmutableArray<string> onDemand, JsonElement data)
    {
        string? warning = null;
        var expected = new List<string>();
        foreach (var path in UpToRoot(scope).Reverse())
        {
            foreach (var ((_, attribute), rule) in _rules.Where(rule => rule.Key.Scope == path).OrderBy(rule => rule.Key.Attribute, StringComparer.Ordinal))
            {
                if (Attribute(kind, attribute, data) is { Length: > 0 } value)
                    expected.Add(path.Length == 0 ? $"{attribute}={value}" : $"{path}/{attribute}={value}");
                else if (!rule.IsOptional)
                    warning ??= "x_attribute_missing";
            }
        }

        var missing = expected.Except(onDemand).Any();
        if (onDemand.Except(expected).Any() || onDemand.Distinct().Count() < onDemand.Length || (missing || warning is not null) && !_isObserved)
            throw Wrong($"{workload} counts in [{string.Join(", ", onDemand)}], and should in [{string.Join(", ", expected)}]");
        if (!missing)
            return warning;

        // Only the tree itself knows how many scopes an agent made lately.
        var told = kind == "workload.held" ? Text(data.GetProperty("warning"), "code") : Text(data.GetProperty("decision"), "reasonCode");
        return warning ?? (told is "x_scopes_exhausted" or "RATE_LIMITED" ? told : throw Wrong($"{workload} counts in too few scopes and is told {told}"));
    }

    private static string? Attribute(string kind, string attribute, JsonElement data) => (kind, attribute) switch
    {
        ("workload.held", "agent") => Text(data, "agent"),
        ("workload.held", _) => data.TryGetProperty("attributes", out var attributes) ? Text(attributes, attribute) : null,
        (_, "agent" or "model" or "provider") => Text(data.GetProperty("request"), attribute),
        _ => Text(data.GetProperty("request").GetProperty("attribution"), attribute),
    };

    private decimal RequireEstimate(string kind, string workload, decimal amount, JsonElement data, out string? model)
    {
        model = null;
        if (!data.TryGetProperty("worstCase", out _))
            return 0;

        var worst = Number(data, "worstCase");
        model = $"{Attribute(kind, "provider", data)}/{Attribute(kind, "model", data)}";
        var expected = _usesHistory ? _models.Hold(model, worst) : worst;
        if (amount != expected)
            throw Wrong($"{workload} holds {amount} of at most {worst}, and should hold {expected}");
        Estimated += expected < worst ? 1 : 0;
        return worst;
    }

    /// <summary>Nobody is refused what would have fitted.</summary>
    private void Refuse(string workload, DateTimeOffset at, JsonElement data)
    {
        var decision = data.GetProperty("decision");
        var by = Text(decision, "determinedBy");
        switch (Text(decision, "reasonCode"))
        {
            case "x_budget_frozen":
                if (!_frozen.Contains(Below(by)))
                    throw Wrong($"{workload} is refused since {by} is frozen, and it is not");
                break;

            case "BUDGET_EXCEEDED" or "BUDGET_RESERVATION_FAILED":
                var parts = by.Split(" limit ");
                var limit = Number(parts[1].Split(' ')[0]);
                var scope = Below(parts[0]);
                decimal? asked = data.GetProperty("request").TryGetProperty("estimate", out var estimate) && estimate.ValueKind == JsonValueKind.Array ? Number(estimate[0], "amount") : null;
                if (_isObserved || !LimitsOf(scope).Exists(term =>
                    term.Counts(at) && term.Limit + Raised(scope, term.Period, at) == limit && (asked is null || limit - Sums(scope, term.Period, at).Used < asked)))
                    throw Wrong($"{workload} is refused {asked} by {by}, and it would have fitted");
                break;
        }
    }

    private string Below(string path) => path.Length == stream.Length ? "" : path[(stream.Length + 1)..];

    private void Reconcile(string workload, DateTimeOffset at, JsonElement data)
    {
        var hold = Find(workload);
        var actual = Number(data, "actual");
        var flagged = Text(data, "violation").Length > 0;
        var from = hold.State == "withdrawn" ? "refused" : hold.State;
        if (hold.State is "reconciled" or "withdrawn" || hold is { State: "released", Cause: "refused" } || Text(data, "from") != from)
            throw Wrong($"{workload} is {hold.State} {hold.Cause}, and is reconciled from {Text(data, "from")}");
        if (flagged != hold.WasReleasedByClient)
            throw Wrong($"{workload} is {hold.State} {hold.Cause}, and its reconciliation is {(flagged ? "flagged" : "not flagged")}");
        RequireSame(workload, hold, data);

        var covered = hold is { Counts: true, WasReleased: false } ? hold.Amount : 0;
        var overrun = Math.Max(actual - covered, 0);
        if (Number(data, "overrun") != overrun)
            throw Wrong($"{workload} overran by {overrun}, and not by {Number(data, "overrun")}");
        if (hold is { Model: { } model, WasReleased: false })
            _models.Add(model, actual, hold.WorstCase);

        Count(hold, at, consumes: actual != 0 || hold.State == "unresolved", sums =>
        {
            Free(hold, sums);
            sums.Spent += actual;
            sums.Overrun += overrun;
        });
        _unresolved.Remove(hold);
        hold.State = "reconciled";
        hold.Actual = actual;
    }

    private void KeepUnresolved(string workload, DateTimeOffset at, JsonElement data)
    {
        var hold = Find(workload);
        if (hold.State != Text(data, "from") || hold.State is "unresolved" or "reconciled" or "withdrawn")
            throw Wrong($"{workload} is {hold.State}, and becomes unresolved from {Text(data, "from")}");
        RequireSame(workload, hold, data);

        Count(hold, at, consumes: true, sums =>
        {
            Free(hold, sums);
            sums.Unresolved += hold.Amount;
        });
        hold.State = "unresolved";
        hold.WasUnresolved = true;
        _unresolved.Add(hold);
        if (_unresolved.Count > unresolvedMax)
        {
            _unresolved[0].Model = null;
            _unresolved.RemoveAt(0);
        }
    }

    private void GiveBack(string workload, DateTimeOffset at, string state, string? cause, string from)
    {
        var hold = Find(workload);
        if (!hold.Counts || hold.State != from || cause == "written_off" && from != "unresolved")
            throw Wrong($"{workload} is {hold.State}, and is {state} ({cause}) from {from}");

        Count(hold, at, consumes: hold.State == "unresolved", sums => Free(hold, sums));
        _unresolved.Remove(hold);
        hold.State = state;
        hold.Cause = cause;
        hold.WasReleased |= state == "released";
        hold.WasReleasedByClient |= cause == "requested";
        hold.WasWrittenOff |= cause == "written_off";
        hold.WasGivenUp |= cause is "written_off" or "expired";
    }

    private void Use(string workload, DateTimeOffset at, JsonElement data)
    {
        var actual = Number(data, "actual");
        var occurred = Instant(data.GetProperty("report"), "occurredAt");
        var charged = Instant(data, "chargedAt");
        if (!Usages.TryAdd(workload, actual))
            throw Wrong($"{workload} is recorded twice as usage");
        if (charged != (occurred < at ? occurred : null))
            throw Wrong($"{workload} happened at {occurred:O} and is charged to {charged:O}");

        Count(Text(data, "scope"), Texts(data, "onDemand"), charged ?? at, at, consumes: actual != 0, sums =>
        {
            sums.Spent += actual;
            sums.Overrun += actual;
        });
    }

    private void Alert(JsonElement data, DateTimeOffset at)
    {
        var scope = Text(data, "scope");
        var period = Text(data, "period");
        var threshold = data.GetProperty("threshold").GetInt32();
        var limit = (scope, period, _calendar.Name(period, at));
        var sums = Sums(scope, period, at);
        if (Instant(data, "windowStart") is { } start && _calendar.Name(period, start) != limit.Item3)
            throw Wrong($"'{scope}' is alerted of a window from {start:O}, and it is {limit.Item3}");
        if (_alerted.GetValueOrDefault(limit) >= threshold)
            throw Wrong($"'{scope}' is alerted of {threshold} percent twice ({limit.Item3})");
        if (Number(data, "consumed") != sums.Consumed || sums.Consumed * 100 < threshold * Number(data, "allocated")
            || !LimitsOf(scope).Exists(term => term.Period == period && term.Counts(at) && term.Limit + Raised(scope, period, at) == Number(data, "allocated")))
            throw Wrong($"'{scope}' is alerted of {Number(data, "consumed")} of {Number(data, "allocated")}, and has consumed {sums.Consumed} ({period})");

        _alerted[limit] = threshold;
        Alerts++;
    }

    private void RequireSame(string workload, AuditedHold hold, JsonElement data)
    {
        if (Text(data, "scope") != hold.Scope || !Texts(data, "onDemand").SequenceEqual(hold.OnDemand) || Instant(data, "reservedAt") != hold.ReservedAt)
            throw Wrong($"{workload} ends in '{Text(data, "scope")}' [{string.Join(", ", Texts(data, "onDemand"))}] of {Text(data, "reservedAt")}, and was held in '{hold.Scope}' [{string.Join(", ", hold.OnDemand)}] at {hold.ReservedAt:O}");
    }

    private AuditedHold Find(string workload) =>
        Holds.GetValueOrDefault(workload) ?? throw Wrong($"{workload} is settled and was never held");

    private static void Free(AuditedHold hold, AuditedSums sums)
    {
        sums.Reserved -= hold.State == "open" ? hold.Amount : 0;
        sums.Unresolved -= hold.State == "unresolved" ? hold.Amount : 0;
    }

    private AuditedSums Sums(string scope, string period, DateTimeOffset instant)
    {
        var key = (scope, period, _calendar.Name(period, instant));
        if (!_sums.TryGetValue(key, out var sums))
            _sums.Add(key, sums = new AuditedSums());
        return sums;
    }

    private void Count(AuditedHold hold, DateTimeOffset at, bool consumes, Action<AuditedSums> change) =>
        Count(hold.Scope, hold.OnDemand, hold.ReservedAt, at, consumes, change);

    private void Count(string scope, ImmutableArray<string> onDemand, DateTimeOffset instant, DateTimeOffset at, bool consumes, Action<AuditedSums> change)
    {
        foreach (var path in UpToRoot(scope).Concat(onDemand))
        {
            foreach (var period in AuditedCalendar.Periods)
            {
                var sums = Sums(path, period, instant);
                change(sums);
                if (sums.Reserved < 0 || sums.Unresolved < 0)
                    throw Wrong($"'{path}' has {sums.Reserved} reserved and {sums.Unresolved} unresolved ({period})");
            }

            if (consumes)
                Cross(path, at);
        }
    }

    /// <summary>Notes which thresholds are crossed. A definition that lowers the limits of values is no reason to look at each of them.</summary>
    private void Cross(string scope, DateTimeOffset at)
    {
        foreach (var term in _alerts.Length == 0 ? [] : LimitsOf(scope).Where(term => term.Counts(at)))
        {
            var limit = (scope, term.Period, _calendar.Name(term.Period, at));
            var consumed = Sums(scope, term.Period, at).Consumed;
            var allocated = term.Limit + Raised(scope, term.Period, at);
            foreach (var threshold in _alerts)
            {
                if (allocated > 0 && consumed > 0 && consumed * 100 >= threshold * allocated)
                    _crossed[limit] = Math.Max(_crossed.GetValueOrDefault(limit), (int)threshold);
            }
        }
    }

    private SimulationFailedException Wrong(string what) => new($"{stream}: {what}");
}
