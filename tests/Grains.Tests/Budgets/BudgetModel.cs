using System.Collections.Immutable;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The rules of budgets, slow and obvious: a flat list of everything that was ever held or spent, summed anew for every
/// question. It shares no code with the tree, and knows windows only as dates on the wall.
/// </summary>
/// <param name="home">The time zone of definitions that name none.</param>
internal sealed class BudgetModel(string home)
{
    private const int RatiosMax = 256;
    private const int RatiosMin = 20;
    private static readonly Int128 Million = 1_000_000;
    private static readonly BudgetPeriod[] Periods = Enum.GetValues<BudgetPeriod>();

    private readonly List<(DateTimeOffset At, bool Has)> _defaultPrices = [];
    private readonly List<BudgetModelItem> _items = [];
    private readonly WallCalendars _calendars = new();
    private readonly Dictionary<string, LimitsInForce> _limits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Int128>> _ratios = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnDemandScope> _onDemand = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _frozen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdjustCommand> _adjustments = new(StringComparer.Ordinal);
    private readonly HashSet<BudgetModelAlert> _alerted = [];

    /// <param name="UsedAt">When something last began to count in it.</param>
    /// <param name="Limited">What its rule has limited since it began.</param>
    private sealed record OnDemandScope(DateTimeOffset UsedAt, ImmutableHashSet<BudgetPeriod> Limited);

    public DefinitionDraft? Draft { get; private set; }

    public bool IsArchived { get; set; }

    public IReadOnlyList<BudgetModelItem> Items => _items;

    public IReadOnlyDictionary<string, string> Frozen => _frozen;

    public IReadOnlyDictionary<string, AdjustCommand> Adjustments => _adjustments;

    public string Zone => Draft?.ZoneName(home) ?? home;

    public void Define(DefinitionDraft draft, DateTimeOffset now)
    {
        // The windows that run now are those of the old calendar, whatever is hung up.
        var ends = Draft is null ? [] : Periods.ToDictionary(period => period, period => _calendars.WindowOf(period, now).End);
        var former = IsArchived ? null : Draft;
        _calendars.Hang(new WallCalendar(draft.ZoneName(home), draft.WeekStart ?? WeekDay.Monday, draft.FiscalYearStart ?? 1), now);
        foreach (var path in DefinitionDraft.Paths)
        {
            Write(path, former?.Has(path) == true, draft.Has(path), () => draft.LimitsOf(path));
            foreach (var (_, attribute) in DefinitionDraft.RulePlaces.Where(place => place.Path == path))
            {
                Write(
                    RuleKey(path, attribute), former is not null && HasRule(former, path, attribute), HasRule(draft, path, attribute),
                    () => draft.LimitsOf(path, attribute));
            }
        }

        Draft = draft;
        if (_defaultPrices.Count == 0 || _defaultPrices[^1].Has != draft.HasDefaultPrice)
            _defaultPrices.Add((now, draft.HasDefaultPrice));
        IsArchived = false;

        // A limit that is added to a rule has its true figures, too, also of values that were idle.
        foreach (var path in _onDemand.Keys.ToList())
            _onDemand[path] = _onDemand[path] with { Limited = _onDemand[path].Limited.Union(LimitedNow(path, now)) };

        void Write(string key, bool was, bool willBe, Func<List<(Int128, BudgetPeriod)>> limits)
        {
            if (!was)
                _limits.Remove(key);
            if (!willBe)
                _limits.Remove(key);
            else if (_limits.TryGetValue(key, out var known))
                known.Write(limits(), now, period => ends[period]);
            else
                (_limits[key] = new LimitsInForce()).Write(limits(), now, _ => null);
        }
    }

    public void Add(BudgetModelItem item, DateTimeOffset now)
    {
        foreach (var path in item.OnDemand)
            Use(path, now);
        _items.Add(item);
    }

    public DateTimeOffset?[] StartsOf(DateTimeOffset instant) =>
        Draft is null ? [] : [.. Periods.Select(period => _calendars.WindowOf(period, instant).Start)];

    public DateTimeOffset? EndOf(BudgetPeriod period, DateTimeOffset now) => Draft is null ? null : _calendars.WindowOf(period, now).End;

    /// <summary>What it costs at the default price of <paramref name="instant"/>, which may be before the first definition.</summary>
    public Int128? Cost(BudgetStep.Cost price, DateTimeOffset instant) =>
        price.Pico ?? (_defaultPrices.Count > 0 && _defaultPrices[Math.Max(0, _defaultPrices.FindLastIndex(change => change.At <= instant))].Has && price is { InputTokens: { } input, OutputTokens: { } output }
            ? (input * DefinitionDraft.InputPico) + (output * DefinitionDraft.OutputPico)
            : null);

    /// <summary>Whether it is refused and why, or what the tightest limit leaves.</summary>
    public BudgetModelVerdict Admit(
        string scope, BudgetTraits traits, BudgetStep.Cost price, bool isOutright, bool mayCreate, DateTimeOffset now)
    {
        if (Draft is null || IsArchived || !Draft.Has(scope))
            return BudgetModelVerdict.Blocked(ReasonCodes.BudgetMissing);

        var way = DefinitionDraft.Paths.Where(path => BudgetModelItem.IsWithin(scope, path)).OrderBy(path => path.Length).ToList();
        var rules = way.SelectMany(path => Draft.RulesOf(path).Select(rule => (path, rule.Attribute, rule.IsOptional, Value: traits.ValueOf(rule.Attribute)))).ToList();
        var onDemand = rules.Where(rule => rule.Value is not null).Select(rule => DefinitionDraft.OnDemand(rule.path, rule.Attribute, rule.Value!)).ToArray();
        if (way.Concat(onDemand).Any(_frozen.ContainsKey))
            return BudgetModelVerdict.Blocked(ReasonCodes.BudgetFrozen);

        // What would refuse only warns where it is tried out.
        var observes = Draft.Mode == BudgetMode.Observe;
        string? warning = null;
        if (rules.Any(rule => rule.Value is null && !rule.IsOptional))
        {
            if (!observes)
                return BudgetModelVerdict.Blocked(ReasonCodes.AttributeMissing);
            warning = ReasonCodes.AttributeMissing;
        }

        var worst = Cost(price, now);
        if (worst is null)
        {
            if (!observes)
                return BudgetModelVerdict.Blocked(ReasonCodes.PriceUnknown);
            warning ??= ReasonCodes.PriceUnknown;
        }

        var created = onDemand.Where(path => !IsLive(path, now)).ToArray();
        if (created.Length > 0 && LiveCount(now) + created.Length > (Draft.MaxScopes ?? 100_000))
        {
            if (!observes)
                return BudgetModelVerdict.Blocked(ReasonCodes.ScopesExhausted);
            warning ??= ReasonCodes.ScopesExhausted;
            onDemand = [.. onDemand.Except(created)];
        }
        else if (created.Length > 0 && !mayCreate)
        {
            if (!observes)
                return BudgetModelVerdict.Blocked(ReasonCodes.RateLimited) with { Result = DecisionResult.RateLimited };
            warning ??= ReasonCodes.RateLimited;
            onDemand = [.. onDemand.Except(created)];
        }

        var amount = worst ?? 0;
        var isEstimate = worst is not null && (price.Pico is null || !isOutright);
        var (share, samples) = isEstimate && Draft.Estimate == EstimateBasis.P95 ? Share(traits.ModelName) : (null, 0);
        if (share < Million && worst is { } most && amount > 0)
        {
            var millionfold = most * share.Value;
            amount = (millionfold / Million) + (millionfold % Million == 0 ? 0 : 1);
        }

        Int128? remaining = null;
        var isWarned = false;
        foreach (var path in way.Concat(onDemand))
        {
            foreach (var limit in LimitsOf(path)?.At(now) ?? [])
            {
                var inForce = limit.Pico + Raised(path, limit.Period, now);
                var (spent, reserved, unresolved, _) = Sums(path, limit.Period, now);
                var used = spent + reserved + unresolved;
                var left = inForce - used;
                if (amount > left)
                {
                    var code = left <= 0 ? ReasonCodes.BudgetExceeded : ReasonCodes.BudgetReservationFailed;
                    if (!observes)
                        return BudgetModelVerdict.Blocked(code);
                    warning ??= code;
                }

                isWarned |= (used + amount) * 100 > inForce * (Draft.WarnAt ?? int.MaxValue);
                remaining = remaining is { } least && least < left - amount ? least : left - amount;
            }
        }

        warning ??= isWarned && Draft.WarnAt is not null ? ReasonCodes.BudgetThreshold : null;
        return new BudgetModelVerdict(
            warning is null ? DecisionResult.Allowed : DecisionResult.Warning, warning, amount, isEstimate ? worst : null, remaining, onDemand,
            amount < worst ? share : null, samples);
    }

    /// <summary>The scopes on demand that spend without a reservation counts in: as many as there may be.</summary>
    public string[] OnDemandOfUsage(string scope, BudgetTraits traits, DateTimeOffset now)
    {
        var wanted = DefinitionDraft.Paths.Where(path => BudgetModelItem.IsWithin(scope, path)).OrderBy(path => path.Length)
            .SelectMany(path => Draft!.RulesOf(path).Select(rule => (path, rule.Attribute, Value: traits.ValueOf(rule.Attribute))))
            .Where(rule => rule.Value is not null).Select(rule => DefinitionDraft.OnDemand(rule.path, rule.Attribute, rule.Value!)).ToList();
        var created = wanted.Where(path => !IsLive(path, now)).ToList();
        return [.. LiveCount(now) + created.Count > (Draft!.MaxScopes ?? 100_000) ? wanted.Except(created) : wanted];
    }

    /// <summary>What a settled hold tells of its model.</summary>
    public void Learn(BudgetModelItem item)
    {
        if (item.WasGivenBack || item.IsEvicted || !(item.WorstCase > 0))
            return;
        if (!_ratios.TryGetValue(item.Model ?? "", out var ratios))
            _ratios.Add(item.Model ?? "", ratios = []);
        var millionfold = item.Actual!.Value * Million;
        ratios.Add((millionfold / item.WorstCase.Value) + (millionfold % item.WorstCase.Value == 0 ? 0 : 1));
    }

    /// <summary>Whether a scope can be asked for: it is defined or was used, or a rule makes it.</summary>
    public bool IsKnown(string scope, DateTimeOffset now) => IsThere(scope, now) || (Draft is not null && IsOnDemand(scope) && RuleOf(scope) is not null);

    /// <summary>Whether a scope is listed.</summary>
    public bool IsThere(string scope, DateTimeOffset now) => Draft is not null && (IsOnDemand(scope)
        ? IsLive(scope, now)
        : Draft.Has(scope) || _items.Any(item => item.WasAdmitted && BudgetModelItem.IsWithin(item.Scope, scope)));

    public bool HasLimit(string scope, BudgetPeriod? period, DateTimeOffset now) =>
        LimitsOf(scope)?.Shown(now).Any(limit => (period ?? limit.Period) == limit.Period) == true;

    public static bool IsOnDemand(string scope) => scope.Contains('=', StringComparison.Ordinal);

    public void Adjust(AdjustCommand command, DateTimeOffset now)
    {
        _adjustments.Add(command.Id, command);
        if (command.Until is not null)
            return;
        var scope = command.Scope?.Value ?? "";
        if (IsOnDemand(scope))
            Use(scope, now);
        _items.Add(new BudgetModelItem
        {
            Id = default,
            Scope = scope,
            At = now,
            Starts = StartsOf(now),
            Reserved = 0,
            State = WorkloadState.Reconciled,
            IsFinal = true,
            IsAdjustment = true,
            WasAdmitted = true,
            Actual = -command.Amount.Pico,
        });
    }

    /// <summary>False if it is frozen already.</summary>
    public bool Freeze(string scope, string reason) => _frozen.TryAdd(scope, reason);

    public bool Unfreeze(string scope) => _frozen.Remove(scope);

    /// <summary>The highest frozen scope, this one or one above; null if there is none.</summary>
    public string? FrozenAt(string scope) => _frozen.Keys.Where(path => BudgetModelItem.IsWithin(scope, path)).MinBy(path => path.Length);

    public List<BudgetModelRow> View(string scope, DateTimeOffset now)
    {
        var rows = LimitsOf(scope)?.Shown(now).Select(limit =>
        {
            var raised = Raised(scope, limit.Period, now);
            return Row(scope, limit.Pico + raised, limit.Period, now) with { Raised = raised == 0 ? null : raised, From = limit.From, Until = limit.Until };
        }).ToList() ?? [];
        return rows.Count == 0 ? [Row(scope, null, BudgetPeriod.None, now)] : rows;
    }

    /// <summary>Every threshold that is crossed in a running window, unless it or a higher one was told of.</summary>
    public IEnumerable<BudgetModelAlert> Crossed(DateTimeOffset now)
    {
        if (Draft is null || Draft.Alerts == 0)
            yield break;
        foreach (var scope in DefinitionDraft.Paths.Concat(_onDemand.Keys.Where(path => IsLive(path, now))))
        {
            foreach (var limit in LimitsOf(scope)?.At(now) ?? [])
            {
                var allocated = limit.Pico + Raised(scope, limit.Period, now);
                var consumed = Consumed(scope, limit.Period, now);
                var start = _calendars.WindowOf(limit.Period, now).Start;
                foreach (var threshold in Draft.AlertsAt)
                {
                    if (allocated > 0 && consumed > 0 && consumed * 100 >= allocated * threshold && !_alerted.Any(alert =>
                        (alert.Scope, alert.Period, alert.WindowStart) == (scope, limit.Period, start) && alert.Threshold >= threshold))
                        yield return new BudgetModelAlert(scope, limit.Period, start, threshold);
                }
            }
        }
    }

    /// <summary>What alerts speak of: the money that is gone or may be.</summary>
    public Int128 Consumed(string scope, BudgetPeriod period, DateTimeOffset now)
    {
        var (spent, _, unresolved, _) = Sums(scope, period, now);
        return spent + unresolved;
    }

    public Int128 Allocated(string scope, BudgetPeriod period, DateTimeOffset now) =>
        LimitsOf(scope)!.At(now).Single(limit => limit.Period == period).Pico + Raised(scope, period, now);

    public void Alert(BudgetModelAlert alert) => _alerted.Add(alert);

    private static string RuleKey(string path, string attribute) => $"{path} {attribute}";

    private static bool HasRule(DefinitionDraft draft, string path, string attribute) => draft.RulesOf(path).Any(rule => rule.Attribute == attribute);

    private (string Path, string Attribute)? RuleOf(string onDemand)
    {
        foreach (var (path, attribute) in DefinitionDraft.RulePlaces)
        {
            if (onDemand.StartsWith(DefinitionDraft.OnDemand(path, attribute, ""), StringComparison.Ordinal) && HasRule(Draft!, path, attribute))
                return (path, attribute);
        }

        return null;
    }

    private LimitsInForce? LimitsOf(string scope) => _limits.GetValueOrDefault(
        !IsOnDemand(scope) ? scope : RuleOf(scope) is var (path, attribute) ? RuleKey(path, attribute) : "-");

    private Int128 Raised(string scope, BudgetPeriod period, DateTimeOffset now) => _adjustments.Values
        .Where(raise => raise.Until > now && (raise.Scope?.Value ?? "") == scope && (raise.Period ?? period) == period)
        .Aggregate((Int128)0, (sum, raise) => sum + raise.Amount.Pico);

    /// <summary>The share of the worst case that 95 of 100 calls stayed within, in ppm; null if too little is known.</summary>
    private (Int128? Share, int Samples) Share(string? model)
    {
        var known = (_ratios.GetValueOrDefault(model ?? "") ?? []).TakeLast(RatiosMax).Order().ToList();
        return known.Count < RatiosMin ? (null, 0) : (known[((95 * known.Count) + 99) / 100 - 1], known.Count);
    }

    /// <summary>Something counts in a scope on demand.</summary>
    private void Use(string path, DateTimeOffset now)
    {
        var limited = LimitedNow(path, now);
        _onDemand[path] = new OnDemandScope(now, _onDemand.TryGetValue(path, out var known) ? known.Limited.Union(limited) : limited);
    }

    private bool IsLive(string path, DateTimeOffset now) => _onDemand.TryGetValue(path, out var scope)
        && scope.Limited.Any(period => !(_calendars.WindowOf(period, now).Start > scope.UsedAt));

    /// <summary>Whether there are as many scopes on demand as there may be.</summary>
    public bool IsFull(DateTimeOffset now) => LiveCount(now) >= (Draft!.MaxScopes ?? 100_000);

    private int LiveCount(DateTimeOffset now) => _onDemand.Keys.Count(path => IsLive(path, now));

    private ImmutableHashSet<BudgetPeriod> LimitedNow(string path, DateTimeOffset now) =>
        [.. LimitsOf(path)?.Shown(now).Select(limit => limit.Period) ?? []];

    private BudgetModelRow Row(string scope, Int128? limit, BudgetPeriod period, DateTimeOffset now)
    {
        var (spent, reserved, unresolved, overrun) = Sums(scope, period, now);
        var window = _calendars.WindowOf(period, now);
        return new BudgetModelRow(
            limit, period, spent, reserved, unresolved, overrun, limit - spent - reserved - unresolved, window.Start, window.End, null, null, null);
    }

    private (Int128 Spent, Int128 Reserved, Int128 Unresolved, Int128 Overrun) Sums(string scope, BudgetPeriod period, DateTimeOffset now)
    {
        Int128 spent = 0, reserved = 0, unresolved = 0, overrun = 0;
        if (IsOnDemand(scope) && !IsLive(scope, now))
            return (0, 0, 0, 0);
        var start = _calendars.WindowOf(period, now).Start;
        foreach (var item in _items)
        {
            if (!item.WasAdmitted || item.Starts[(int)period] != start || !item.CountsIn(scope))
                continue;

            switch (item.State)
            {
                case WorkloadState.Open:
                    reserved += item.Reserved;
                    break;
                case WorkloadState.Unresolved:
                    unresolved += item.Reserved;
                    break;
                case WorkloadState.Reconciled:
                    spent += item.Actual!.Value;
                    overrun += item.Overrun;
                    break;
            }
        }

        return (spent, reserved, unresolved, overrun);
    }
}
