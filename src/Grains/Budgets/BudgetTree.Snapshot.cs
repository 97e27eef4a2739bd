using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

// The state as bytes.
public sealed partial class BudgetTree
{
    private const int ImageVersion = 5;

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new BudgetTreeImage(
        Definition,
        _archived,
        _usage.Calendar.Changes,
        [.. _plan is null ? [] : Changing(_plan)],
        [.. _usage.All().Where(node => node.ChargedAt != 0).Select(Save)],
        [.. _holdings.InOrder().Select(held => new BudgetTreeImage.Held(held.Id, held.Holding))],
        _holdings.Forgotten,
        _defaultPrices,
        _appliedAt,
        _plan is null ? [] : _usage.Starts(_appliedAt),
        [.. _frozen.Select(pair => new BudgetTreeImage.Frozen(pair.Key, pair.Value))],
        _adjustments.Save(),
        _history.Save(),
        NewestId,
        _consumed.Count == 0 ? null : [.. _consumed.Select(node => node.Path)],
        _links.Count == 0 ? null : [.. _links.All]));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<BudgetTreeImage>(ImageVersion, bytes);
        _archived = image.Archived;
        NewestId = image.NewestId;
        _usage.SetCalendar(CalendarHistory.From(image.Calendars));
        if (image.Definition is { } definition)
        {
            // The sums are of windows that today's rules may cut elsewhere: folded anew, they are all of one cut.
            if (!_usage.Starts(image.AppliedAt).SequenceEqual(image.Starts))
                throw new InvalidDataException("the rules of the time zone have changed since it was taken");

            var changing = image.Changing.ToDictionary(terms => (terms.Scope, terms.Attribute), terms => terms.Limits);
            _plan = BudgetPlan.Of(definition).With((path, attribute, terms) => changing.GetValueOrDefault((path, attribute), terms));
        }

        foreach (var link in image.Links ?? [])
            _links.Set(link);
        foreach (var usage in image.Usages)
            Restore(usage);
        foreach (var frozen in image.FrozenScopes)
            _frozen.Add(frozen.Scope, frozen.Reason);
        _adjustments.Restore(image.Adjusted);
        _history.Restore(image.Models);
        foreach (var held in image.Holdings)
            _holdings.Set(held.Id, held.Holding with { Scope = Known(held.Holding.Scope), OnDemand = Known(held.Holding.OnDemand) });
        _holdings.Forgotten += image.Forgotten;
        _defaultPrices = image.DefaultPrices;
        _appliedAt = image.AppliedAt;
        foreach (var path in image.Consumed ?? [])
        {
            if (_usage.Find(path) is { } node)
                _consumed.Add(node);
        }
    }

    private static IEnumerable<BudgetTreeImage.Terms> Changing(BudgetPlan plan)
    {
        foreach (var scope in plan.Scopes.Values)
        {
            if (scope.Limits.Any(IsChanging))
                yield return new BudgetTreeImage.Terms(scope.Path, null, scope.Limits);
            foreach (var rule in scope.Rules)
            {
                if (rule.Limits.Any(IsChanging))
                    yield return new BudgetTreeImage.Terms(scope.Path, rule.Attribute, rule.Limits);
            }
        }

        static bool IsChanging(LimitTerm term) => term.From is not null || term.Until is not null;
    }

    private static BudgetTreeImage.Usage Save(ScopeNode node) => new(
        node.Path, node.ChargedAt, [.. node.Spent],
        node.Held is null ? null : [.. node.Held.Reserved], node.Held?.Unresolved is null ? null : [.. node.Held.Unresolved.Sums],
        node.Overrun is null ? null : [.. node.Overrun.Sums], node.Alerts is null ? null : [.. node.Alerts],
        (node as OnDemandNode)?.BeganAt, (node as OnDemandNode)?.Limited);

    private void Restore(BudgetTreeImage.Usage usage)
    {
        var node = _usage.Restore(usage.Scope);
        node.ChargedAt = usage.ChargedAt;
        usage.Spent.AsSpan().CopyTo(node.Spent);
        if (usage.Reserved is { } reserved)
        {
            node.Held = new HeldSums();
            reserved.AsSpan().CopyTo(node.Held.Reserved);
            if (usage.Unresolved is { } unresolved)
            {
                node.Held.Unresolved = new PeriodSums();
                unresolved.AsSpan().CopyTo(node.Held.Unresolved.Sums);
            }
        }

        if (usage.Overrun is { } overrun)
        {
            node.Overrun = new PeriodSums();
            overrun.AsSpan().CopyTo(node.Overrun.Sums);
        }

        node.Alerts = usage.Alerts is { } alerts ? [.. alerts] : null;
        if (node is OnDemandNode live)
        {
            live.BeganAt = usage.BeganAt ?? 0;
            live.Limited = usage.Limited ?? 0;
        }
    }
}
