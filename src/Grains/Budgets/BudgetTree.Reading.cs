using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

// How the scopes stand.
public sealed partial class BudgetTree
{
    /// <summary>What is held for running work, by delegation and agent; approvals not counted.</summary>
    public ImmutableArray<DelegationHold> HeldByDelegation() => _holdings.ByDelegation();

    /// <summary>How a scope stands that an act by hand was about, without those below. One that has lapsed since has nothing.</summary>
    /// <exception cref="NotFoundException">There is no such budget.</exception>
    public BudgetView View(ScopePath scope, DateTimeOffset now)
    {
        RequireExists();
        return View(scope, null, now);
    }

    /// <summary>How a scope stands.</summary>
    /// <exception cref="NotFoundException">There is no such budget or scope.</exception>
    public BudgetView View(ScopePath scope, string? childrenAfter, int childrenMax, DateTimeOffset now)
    {
        RequireExists();
        RequireScope(scope, now);

        // The order of names costs as much as there are scopes below; a page is what the first few of them are.
        var names = Below(scope, now)
            .Where(name => childrenAfter is null || string.CompareOrdinal(name, childrenAfter) > 0)
            .Order(StringComparer.Ordinal).Take(childrenMax + 1).ToList();
        var items = names.Take(childrenMax).Select(name => View(scope.Child(name), null, now)).ToImmutableArray();
        return View(scope, new BudgetChildren(items, childrenMax > 0 && names.Count > childrenMax ? names[childrenMax - 1] : null), now);
    }

    private IEnumerable<string> Below(ScopePath scope, DateTimeOffset now)
    {
        var node = _usage.Find(scope);
        foreach (var below in node?.Below?.Values ?? Enumerable.Empty<ScopeNode>())
        {
            if (!_usage.HasLapsed(below, now))
                yield return below.Name;
        }

        foreach (var name in Plan.Scopes.GetValueOrDefault(scope)?.Below ?? [])
        {
            if (node?.Below?.ContainsKey(name) is not true)
                yield return name;
        }

        // A delegation's limit is told, whether anything counts in its window or not.
        foreach (var name in scope.IsRoot ? _links.Names : [])
        {
            if (node?.Below is not { } known || !known.TryGetValue(name, out var below) || _usage.HasLapsed(below, now))
                yield return name;
        }
    }

    private BudgetView View(ScopePath scope, BudgetChildren? children, DateTimeOffset now)
    {
        var node = _usage.Find(scope);
        if (node is not null && _usage.HasLapsed(node, now))
            node = null;
        var terms = (TermsOf(scope) ?? []).RemoveAll(term => term.IsOver(now));
        var rows = terms.IsEmpty
            ? [Row(node, null, BudgetPeriod.None, now)]
            : terms.Select(term => Row(scope, node, term, now)).ToImmutableArray();
        var frozen = _frozen.Count == 0 ? null : scope.FromRoot().Where(_frozen.ContainsKey).Select(path => (ScopePath?)path).FirstOrDefault();
        return new BudgetView(
            root, scope, Unit, _archived ? BudgetState.Archived : frozen is null ? BudgetState.Active : BudgetState.Frozen, Plan.ZoneId, rows, children,
            Plan.IsEnforced ? BudgetMode.Enforce : BudgetMode.Observe, frozen, frozen is { } path ? _frozen[path] : null);
    }

    private BudgetLimitView Row(ScopePath scope, ScopeNode? node, LimitTerm term, DateTimeOffset now)
    {
        var raised = _adjustments.Raised(scope, term.Period, now);
        return Row(node, term.Limit + raised, term.Period, now) with
        {
            Raised = raised.IsZero ? null : raised,
            From = term.From > now ? term.From : null,
            Until = term.Until,
        };
    }

    private BudgetLimitView Row(ScopeNode? node, Quantity? limit, BudgetPeriod period, DateTimeOffset now)
    {
        var window = _usage.Window(period, now);
        var counted = _usage.Counts(node, period, now) ? node : null;
        var spent = counted is null ? Quantity.Zero : counted.Spent[(int)period];
        var reserved = counted?.Reserved(period) ?? Quantity.Zero;
        var unresolved = counted?.Unresolved(period) ?? Quantity.Zero;
        var overrun = counted?.Overrun is { } overruns ? overruns.Sums[(int)period] : Quantity.Zero;
        return new BudgetLimitView(
            limit, period, spent, reserved, unresolved, overrun, limit - spent - reserved - unresolved, window.Start, window.End);
    }
}
