using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The sums of a budget's scopes. Every scope counts in every kind of window, so that a limit that is added has its true
/// figures at once; a window that has passed leaves memory, since no limit will look at it again.
/// </summary>
internal sealed class UsageTree(BudgetRoot root)
{
    private readonly BudgetWindow[] _windows = new BudgetWindow[PerPeriod.PeriodCount];
    private readonly long[] _starts = new long[PerPeriod.PeriodCount];
    private long _latestStart;
    private long _earliestEnd;
    private long _sweptAt;
    private long _countedAt;
    private int _liveCount;

    public ScopeNode Root { get; } = new("", null);

    public CalendarHistory Calendar { get; private set; } = CalendarHistory.Empty;

    /// <summary>How many scopes are in memory, the root not counted.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are on demand; some may have lapsed.</summary>
    public int OnDemandCount { get; private set; }

    public void SetCalendar(CalendarHistory calendar)
    {
        Calendar = calendar;
        _latestStart = long.MaxValue;
        _earliestEnd = 0;
        _sweptAt = 0;
        _countedAt = 0;
    }

    /// <summary>The window of <paramref name="period"/> that <paramref name="instant"/> lies in.</summary>
    public BudgetWindow Window(BudgetPeriod period, DateTimeOffset instant)
    {
        SelectWindows(instant);
        return _windows[(int)period];
    }

    public ScopeNode? Find(ScopePath path) => path.IsRoot ? Root : Walk(path.Value, create: false, 0);

    /// <summary>The scope on demand <paramref name="name"/> below <paramref name="above"/>; null if there is none, or it has lapsed.</summary>
    public OnDemandNode? FindLive(ScopeNode? above, string name, DateTimeOffset now) =>
        above?.Below is { } below && below.TryGetValue(name, out var node) && node is OnDemandNode live && !HasLapsed(live, now) ? live : null;

    /// <summary>How many scopes on demand have not lapsed.</summary>
    public int CountLive(DateTimeOffset now)
    {
        SelectWindows(now);
        if (_countedAt != _latestStart)
        {
            _liveCount = All().Count(node => node is OnDemandNode && !HasLapsed(node, now));
            _countedAt = _latestStart;
        }

        return _liveCount;
    }

    /// <summary>Lets a limit that the rule of <paramref name="node"/> gained count: what is lapsed may live again by it.</summary>
    public void Gain(OnDemandNode node, byte limited)
    {
        node.Limited |= limited;
        _countedAt = 0;
    }

    /// <summary>
    /// Whether all windows that its rule limits have passed: then it counts as gone, and leaves memory when that is needed.
    /// </summary>
    public bool HasLapsed(ScopeNode node, DateTimeOffset now)
    {
        if (node is not OnDemandNode live)
            return false;

        SelectWindows(now);
        for (var i = 0; i < PerPeriod.PeriodCount; i++)
        {
            if ((live.Limited & (1 << i)) != 0 && live.ChargedAt >= _starts[i])
                return false;
        }

        return true;
    }

    /// <summary>All that counts against a limit in the window that <paramref name="now"/> lies in.</summary>
    public Quantity Used(ScopeNode? node, BudgetPeriod period, DateTimeOffset now)
    {
        SelectWindows(now);
        if (node is null || node.ChargedAt < _starts[(int)period])
            return Quantity.Zero;

        var spent = node.Spent[(int)period];
        return node.Held is { } held ? spent + held.Reserved[(int)period] + held.UnresolvedIn(period) : spent;
    }

    /// <summary>Whether the sums of <paramref name="node"/> are of the window that <paramref name="now"/> lies in.</summary>
    public bool Counts(ScopeNode? node, BudgetPeriod period, DateTimeOffset now)
    {
        SelectWindows(now);
        return node is not null && node.ChargedAt >= _starts[(int)period];
    }

    /// <summary>The scope at <paramref name="path"/>, made if need be, with its windows rolled on to <paramref name="at"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="limited">For a scope on demand: the kinds of window that its rule limits.</param>
    /// <param name="at">The entry's instant.</param>
    public ScopeNode Ensure(ScopePath path, byte limited, DateTimeOffset at)
    {
        var node = path.IsRoot ? Root : Walk(path.Value, create: true, at.UtcTicks)!;
        var wasLapsed = HasLapsed(node, at);
        if (node is OnDemandNode live)
            live.Limited |= limited;

        StartNewWindows(node, at);
        if (wasLapsed && _countedAt == _latestStart)
            _liveCount++;
        return node;
    }

    /// <summary>Begins the windows of <paramref name="node"/> that began since it was last charged.</summary>
    public void StartNewWindows(ScopeNode node, DateTimeOffset at)
    {
        SelectWindows(at);
        if (node.ChargedAt < _latestStart)
        {
            for (var i = 0; i < PerPeriod.PeriodCount; i++)
            {
                if (node.ChargedAt < _starts[i])
                    node.Reset((BudgetPeriod)i);
            }
        }

        node.ChargedAt = Math.Max(node.ChargedAt, at.UtcTicks);
    }

    /// <summary>
    /// Changes the sums of the windows that are running at <paramref name="at"/> and that <paramref name="instant"/>
    /// lies in too. A window that has passed is no longer here.
    /// </summary>
    public void Change(ScopeNode node, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        SelectWindows(at);
        var ticks = instant.UtcTicks;
        var holds = !change.Reserved.IsZero || !change.Unresolved.IsZero;
        if (holds)
            node.Held ??= new HeldSums();
        if (!change.Unresolved.IsZero)
            node.Held!.Unresolved ??= new PeriodSums();
        if (!change.Overrun.IsZero)
            node.Overrun ??= new PeriodSums();
        for (var i = 0; i < PerPeriod.PeriodCount; i++)
        {
            if (ticks < _starts[i])
                continue;

            node.Spent[i] += change.Spent;
            if (!change.Overrun.IsZero)
                node.Overrun!.Sums[i] += change.Overrun;
            if (!holds)
                continue;
            node.Held!.Reserved[i] += change.Reserved;
            if (!change.Unresolved.IsZero)
                node.Held.Unresolved!.Sums[i] += change.Unresolved;
        }

        if (!holds)
            return;
        if (node.Held!.Unresolved is { IsZero: true })
            node.Held.Unresolved = null;
        if (node.Held.IsZero)
            node.Held = null;
    }

    /// <summary>Throws if less is held than <paramref name="change"/> frees, in any window that it would change.</summary>
    /// <exception cref="InvariantViolationException">Less is held.</exception>
    public void VerifyFreed(ScopeNode node, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        SelectWindows(at);
        for (var i = 0; i < PerPeriod.PeriodCount; i++)
        {
            var period = (BudgetPeriod)i;
            if (instant.UtcTicks >= _starts[i]
                && ((node.Reserved(period) + change.Reserved).IsNegative || (node.Unresolved(period) + change.Unresolved).IsNegative))
            {
                throw new InvariantViolationException(
                    $"{new BudgetPath(root, node.Path)}: reserved {node.Reserved(period)}, unresolved {node.Unresolved(period)} in the {period} window, less than is given back");
            }
        }
    }

    /// <summary>When the windows that run at <paramref name="instant"/> began, in ticks by kind.</summary>
    public ImmutableArray<long> Starts(DateTimeOffset instant)
    {
        SelectWindows(instant);
        return [.. _starts];
    }

    /// <summary>
    /// Lets go of lapsed scopes if there are more than <paramref name="keptMax"/> on demand: those that stay know what they used in longer
    /// windows, should a limit for them be added. Only when an entry is taken in, so that a fold does it at the same places.
    /// </summary>
    public void Sweep(DateTimeOffset now, int keptMax)
    {
        if (OnDemandCount <= keptMax)
            return;

        // Nothing lapses before a window ends.
        SelectWindows(now);
        if (_latestStart == _sweptAt)
            return;

        _sweptAt = _latestStart;
        Sweep(Root, now);
    }

    /// <summary>Every scope, those above first.</summary>
    public IEnumerable<ScopeNode> All()
    {
        var left = new Stack<ScopeNode>();
        left.Push(Root);
        while (left.TryPop(out var node))
        {
            yield return node;
            foreach (var below in node.Below?.Values ?? Enumerable.Empty<ScopeNode>())
                left.Push(below);
        }
    }

    /// <summary>Puts a scope back that a snapshot kept.</summary>
    public ScopeNode Restore(ScopePath path) => path.IsRoot ? Root : Walk(path.Value, create: true, 0)!;

    private void Sweep(ScopeNode node, DateTimeOffset now)
    {
        if (node.Below is not { } below)
            return;

        List<string>? lapsed = null;
        foreach (var child in below.Values)
        {
            if (child is OnDemandNode)
            {
                if (HasLapsed(child, now))
                    (lapsed ??= []).Add(child.Name);
            }
            else
            {
                Sweep(child, now);
            }
        }

        foreach (var name in lapsed ?? [])
            below.Remove(name);
        OnDemandCount -= lapsed?.Count ?? 0;
        Count -= lapsed?.Count ?? 0;
        if (lapsed is not null)
            below.TrimExcess();
    }

    private ScopeNode? Walk(string path, bool create, long ticks)
    {
        var node = Root;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan(range);
            if (node.Below is { } below && below.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known))
            {
                node = known;
                continue;
            }

            if (!create)
                return null;

            // Whoever made the path may keep it: a scope right below the root has no other name.
            var text = name.Length == path.Length ? path : name.ToString();
            ScopeNode made;
            if (name.Contains('='))
            {
                made = new OnDemandNode(text, node) { BeganAt = ticks, ChargedAt = ticks };
                OnDemandCount++;
            }
            else
            {
                made = new ScopeNode(text, node);
            }

            (node.Below ??= new Dictionary<string, ScopeNode>(1, StringComparer.Ordinal)).Add(text, made);
            Count++;
            node = made;
        }

        return node;
    }

    /// <summary>Makes the windows those of <paramref name="instant"/>; they are mostly so already.</summary>
    private void SelectWindows(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks;
        if (ticks >= _latestStart && ticks < _earliestEnd)
            return;

        var (latestStart, earliestEnd) = (0L, long.MaxValue);
        foreach (var period in WindowCalendar.Periods)
        {
            var window = Calendar.At(period, instant);
            _windows[(int)period] = window;
            _starts[(int)period] = window.Start?.UtcTicks ?? 0;
            latestStart = Math.Max(latestStart, _starts[(int)period]);
            earliestEnd = Math.Min(earliestEnd, window.End?.UtcTicks ?? long.MaxValue);
        }

        (_latestStart, _earliestEnd) = (latestStart, earliestEnd);
    }
}
