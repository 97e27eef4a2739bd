using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Reads a budget's entries as an auditor would, from the stored JSON alone, and looks at every admission with the
/// limits that were in force then, temporary raises included.
/// </summary>
internal sealed class AdmissionReplay
{
    private readonly WallCalendars _calendars = new();
    private readonly Dictionary<string, LimitsInForce> _limits = new(StringComparer.Ordinal);
    private readonly List<(string Scope, string? Period, decimal Amount, DateTimeOffset Until)> _raises = [];
    private readonly List<(string Scope, DateTimeOffset At, decimal Amount)> _credits = [];
    private readonly Dictionary<string, (string[] Scopes, DateTimeOffset At, decimal Amount)> _counted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _frozen = new(StringComparer.Ordinal);
    private bool _isDefined;
    private bool _isArchived;
    private bool _observes;
    private decimal _largest;
    private int _admissions;

    private AdmissionReplay()
    {
    }

    /// <summary>The largest admission beyond a limit; zero if there was none. A budget that only observes has no limits.</summary>
    public static (decimal Overspend, int Admissions) Largest(IEnumerable<LedgerEntry> entries)
    {
        var replay = new AdmissionReplay();
        foreach (var entry in entries)
        {
            using var document = JsonDocument.Parse(entry.Text);
            replay.Take(document.RootElement);
        }

        return (replay._largest, replay._admissions);
    }

    private static decimal Amount(JsonElement element) => decimal.Parse(element.GetString()!, CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(JsonElement element) => DateTimeOffset.Parse(element.GetString()!, CultureInfo.InvariantCulture);

    private static BudgetPeriod PeriodOf(JsonElement element) => Enum.Parse<BudgetPeriod>(element.GetString()!, ignoreCase: true);

    private static string[] Chain(string scope) =>
        ["", .. scope.Split('/', StringSplitOptions.RemoveEmptyEntries).Select((_, i) => string.Join('/', scope.Split('/').Take(i + 1)))];

    private static string[] ScopesOf(JsonElement data) => data.TryGetProperty("onDemand", out var values)
        ? [.. Chain(data.GetProperty("scope").GetString()!), .. values.EnumerateArray().Select(value => value.GetString()!)]
        : Chain(data.GetProperty("scope").GetString()!);

    private void Take(JsonElement text)
    {
        var data = text.GetProperty("data");
        var at = Instant(text.GetProperty("at"));
        var id = text.TryGetProperty("workload", out var workload) ? workload.GetString()! : "";
        switch (text.GetProperty("kind").GetString())
        {
            case "budget.defined":
                Define(data.GetProperty("definition"), at);
                break;

            case "budget.archived":
                _isArchived = true;
                break;

            case "budget.frozen":
                _frozen.Add(data.GetProperty("scope").GetString()!);
                break;

            case "budget.unfrozen":
                _frozen.Remove(data.GetProperty("scope").GetString()!);
                break;

            case "budget.adjusted" when data.TryGetProperty("until", out var until):
                _raises.Add((
                    data.GetProperty("scope").GetString()!, data.TryGetProperty("period", out var only) ? only.GetString() : null,
                    Amount(data.GetProperty("amount")), Instant(until)));
                break;

            case "budget.adjusted":
                _credits.Add((data.GetProperty("scope").GetString()!, at, Amount(data.GetProperty("amount"))));
                break;

            case "workload.reserved" or "workload.held":
                Admit(id, ScopesOf(data), Amount(data.GetProperty("amount")), at);
                break;

            case "workload.reconciled":
                _counted[id] = _counted[id] with { Amount = Amount(data.GetProperty("actual")) };
                break;

            case "workload.unresolved":
                _counted[id] = _counted[id] with { Amount = Amount(data.GetProperty("amount")) };
                break;

            case "workload.released" or "workload.withdrawn":
                _counted[id] = _counted[id] with { Amount = 0 };
                break;

            case "usage.recorded":
                var happened = data.TryGetProperty("chargedAt", out var instant) ? Instant(instant) : at;
                _counted.Add(id, (ScopesOf(data), happened, Amount(data.GetProperty("actual"))));
                break;
        }
    }

    private void Admit(string id, string[] scopes, decimal amount, DateTimeOffset at)
    {
        _admissions++;
        Assert.True(_isDefined && !_isArchived, $"{id} is admitted to no budget");
        Assert.DoesNotContain(scopes, _frozen.Contains);
        foreach (var scope in _observes ? [] : scopes)
        {
            foreach (var limit in _limits.GetValueOrDefault(KeyOf(scope))?.At(at) ?? [])
            {
                var start = _calendars.WindowOf(limit.Period, at).Start;
                var used = _counted.Values.Where(item => item.Scopes.Contains(scope) && SameWindow(item.At)).Sum(item => item.Amount)
                    - _credits.Where(credit => Chain(credit.Scope).Contains(scope) && SameWindow(credit.At)).Sum(credit => credit.Amount);
                var raised = _raises.Where(raise => raise.Scope == scope && at < raise.Until
                    && (raise.Period is null || string.Equals(raise.Period, $"{limit.Period}", StringComparison.OrdinalIgnoreCase))).Sum(raise => raise.Amount);
                _largest = Math.Max(_largest, used + amount - ((decimal)limit.Pico / 1_000_000_000_000m) - raised);

                bool SameWindow(DateTimeOffset instant) => _calendars.WindowOf(limit.Period, instant).Start == start;
            }
        }

        _counted.Add(id, (scopes, at, amount));
    }

    /// <summary>Where the limits of a scope stand: with its rule, if it is on demand.</summary>
    private static string KeyOf(string scope) => scope.IndexOf('=', StringComparison.Ordinal) is var i and >= 0 ? scope[..i] + "=" : scope;

    private void Define(JsonElement definition, DateTimeOffset at)
    {
        var written = new Dictionary<string, List<(Int128, BudgetPeriod)>>(StringComparer.Ordinal);
        Read(definition, "", BudgetPeriod.None, written);
        var ends = _isDefined ? Enum.GetValues<BudgetPeriod>().ToDictionary(period => period, period => _calendars.WindowOf(period, at).End) : [];
        _calendars.Hang(
            new WallCalendar(
                definition.TryGetProperty("timeZone", out var zone) ? zone.GetString()! : "UTC",
                definition.TryGetProperty("weekStart", out var day) ? Enum.Parse<WeekDay>(day.GetString()!, ignoreCase: true) : WeekDay.Monday,
                definition.TryGetProperty("fiscalYearStart", out var month) ? month.GetInt32() : 1),
            at);
        if (_isArchived)
            _limits.Clear();
        foreach (var gone in _limits.Keys.Except(written.Keys).ToList())
            _limits.Remove(gone);
        foreach (var (path, limits) in written)
        {
            if (_limits.TryGetValue(path, out var known))
                known.Write(limits, at, period => ends[period]);
            else
                (_limits[path] = new LimitsInForce()).Write(limits, at, _ => null);
        }

        _observes = definition.TryGetProperty("mode", out var mode) && mode.GetString() == "observe";
        _isDefined = true;
        _isArchived = false;
    }

    private static void Read(JsonElement scope, string path, BudgetPeriod inherited, Dictionary<string, List<(Int128, BudgetPeriod)>> written)
    {
        var period = scope.TryGetProperty("period", out var own) ? PeriodOf(own) : inherited;
        ReadLimits(scope, path, period, written);
        if (scope.TryGetProperty("perValue", out var rules))
        {
            foreach (var rule in rules.EnumerateObject())
            {
                ReadLimits(
                    rule.Value, $"{path}{(path.Length == 0 ? "" : "/")}{rule.Name}=",
                    rule.Value.TryGetProperty("period", out var its) ? PeriodOf(its) : period, written);
            }
        }

        if (!scope.TryGetProperty("children", out var children))
            return;
        foreach (var child in children.EnumerateObject())
            Read(child.Value, path.Length == 0 ? child.Name : $"{path}/{child.Name}", period, written);
    }

    private static void ReadLimits(JsonElement scope, string key, BudgetPeriod period, Dictionary<string, List<(Int128, BudgetPeriod)>> written)
    {
        var list = written[key] = [];
        if (scope.TryGetProperty("limit", out var single))
            list.Add((Pico(single), period));
        if (scope.TryGetProperty("limits", out var several))
            list.AddRange(several.EnumerateArray().Select(item => (Pico(item.GetProperty("limit")), PeriodOf(item.GetProperty("period")))));
    }

    private static Int128 Pico(JsonElement element) => (Int128)(Amount(element) * 1_000_000_000_000m);
}
