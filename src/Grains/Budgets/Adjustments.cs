using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What was done by hand: every idempotency key that was ever used, and the raises that may be in force.</summary>
internal sealed class Adjustments
{
    private readonly Dictionary<string, ContentHash> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<ScopePath, ImmutableArray<Raise>> _raises = [];

    public int Count => _known.Count;

    /// <summary>The content that <paramref name="id"/> stands for; null if it was never used.</summary>
    public ContentHash? Find(string id) => _known.TryGetValue(id, out var hash) ? hash : null;

    /// <summary>When the next raise ends; null if none is in force.</summary>
    public DateTimeOffset? NextEnd { get; private set; }

    /// <summary>Forgets the raises that have ended, and tells their scopes.</summary>
    public IReadOnlyList<ScopePath> TakeEnded(DateTimeOffset now)
    {
        if (!(NextEnd <= now))
            return [];

        var ended = _raises.Where(pair => pair.Value.Any(raise => raise.Until <= now)).Select(pair => pair.Key).ToList();
        foreach (var scope in ended)
        {
            _raises[scope] = _raises[scope].RemoveAll(raise => raise.Until <= now);
            if (_raises[scope].IsEmpty)
                _raises.Remove(scope);
        }

        NextEnd = _raises.Values.SelectMany(raises => raises).Min(raise => (DateTimeOffset?)raise.Until);
        return ended;
    }

    /// <summary>By how much the limit of <paramref name="period"/> is raised at <paramref name="now"/>.</summary>
    public Quantity Raised(ScopePath scope, BudgetPeriod period, DateTimeOffset now)
    {
        if (_raises.Count == 0 || !_raises.TryGetValue(scope, out var raises))
            return Quantity.Zero;

        var sum = Quantity.Zero;
        foreach (var raise in raises)
        {
            if (now < raise.Until && (raise.Period is not { } only || only == period))
                sum += raise.Amount;
        }

        return sum;
    }

    /// <summary>Remembers that <paramref name="id"/> was used, if there is one.</summary>
    public void Add(string? id, ContentHash hash)
    {
        if (id is not null)
            _known[id] = hash;
    }

    public void Add(BudgetAdjusted adjusted, DateTimeOffset at)
    {
        Add(adjusted.AdjustmentId, HashOf(adjusted));
        if (adjusted.Until is not { } until)
            return;

        var running = _raises.GetValueOrDefault(adjusted.Scope, []).RemoveAll(raise => raise.Until <= at);
        _raises[adjusted.Scope] = running.Add(new Raise(adjusted.Amount, until, adjusted.Period));
        NextEnd = NextEnd < until ? NextEnd : until;
    }

    public static ContentHash HashOf(BudgetFrozen frozen) => ContentHash.Of<string[]>(["freeze", frozen.Scope.Value, frozen.Reason]);

    public static ContentHash HashOf(BudgetUnfrozen unfrozen) => ContentHash.Of<string[]>(["unfreeze", unfrozen.Scope.Value, unfrozen.Reason]);

    public static ContentHash HashOf(BudgetAdjusted adjusted) => ContentHash.Of(
        new AdjustCommand(adjusted.AdjustmentId, adjusted.Amount, adjusted.Reason, adjusted.Scope, adjusted.Until, adjusted.Period));

    public BudgetTreeImage.Corrections Save() => new(
        [.. _known.Select(pair => new BudgetTreeImage.Correction(pair.Key, pair.Value))],
        [.. _raises.SelectMany(pair => pair.Value.Select(raise => new BudgetTreeImage.ScopeRaise(pair.Key, raise)))]);

    public void Restore(BudgetTreeImage.Corrections image)
    {
        foreach (var correction in image.Known)
            _known.Add(correction.Id, correction.Hash);
        foreach (var raise in image.Raises)
            _raises[raise.Scope] = _raises.GetValueOrDefault(raise.Scope, []).Add(raise.Raise);
        NextEnd = image.Raises.Min(raise => (DateTimeOffset?)raise.Raise.Until);
    }

    /// <summary>A limit is higher for a while.</summary>
    internal sealed record Raise(Quantity Amount, DateTimeOffset Until, BudgetPeriod? Period);
}
