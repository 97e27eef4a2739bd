using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Nodes;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>Everything that was claimed, held against what can be counted.</summary>
internal static class Proof
{
    /// <summary>The name of the invariant that the totals follow from the ledger.</summary>
    public const string FromLedger = "recomputed from the ledger";

    /// <summary>The name of the invariant that the totals follow from the trace.</summary>
    public const string FromTrace = "recomputed from the trace";

    /// <summary>Every invariant.</summary>
    /// <param name="replay">What the callers know.</param>
    /// <param name="approval">What became of the action that a person had to approve.</param>
    /// <param name="evidence">What the node says of its ledger.</param>
    /// <param name="ledger">The ledger, recounted here.</param>
    /// <param name="trace">The trace, recounted here.</param>
    /// <param name="views">Every scope of every budget as the node shows it.</param>
    public static ImmutableArray<Invariant> Check(
        ReplayResult replay, ApprovalReport approval, EvidenceVerification evidence, LedgerRecount ledger, TraceRecount trace,
        ImmutableArray<BudgetView> views) =>
    [
        Decisions(replay, approval, ledger),
        Overspend(ledger),
        Suspension(replay.Suspension),
        Revocation(replay.Revocation, ledger),
        InFlight(replay.InFlight),
        Approval(approval),
        Evidence(evidence, ledger),
        LedgerTotals(ledger, views),
        TraceTotals(ledger, trace),
        NothingHeld(ledger),
    ];

    private static Invariant Decisions(ReplayResult replay, ApprovalReport approval, LedgerRecount ledger)
    {
        const string Name = "every call decided once";
        var told = replay.Outcomes.Select(outcome => (outcome.Id, outcome.Result, outcome.ReasonCode, Name: $"row {outcome.Call.Call.Row}"))
            .Concat(approval.Calls.Add(replay.InFlight.Call).Select(extra => (
                extra.Decision.Id, extra.Decision.Result, extra.Decision.ReasonCode, Name: $"extra call of {extra.Request.Agent}")))
            .ToList();
        foreach (var (id, result, reason, call) in told)
        {
            var recorded = ledger.Decisions.GetValueOrDefault(id);
            if (recorded is not { Times: 1 } || recorded.Result != result || recorded.ReasonCode != reason)
            {
                return new Invariant(Name, false,
                    $"{call}, {id}: told {result.Text()} {reason}, recorded "
                    + (recorded is null ? "nothing" : $"{recorded.Result.Text()} {recorded.ReasonCode} {recorded.Times} times"));
            }
        }

        var distinct = told.Select(call => call.Id).Distinct().Count();
        return distinct == told.Count && ledger.Decisions.Count == distinct
            ? new Invariant(Name, true, $"{distinct:N0} calls, {distinct:N0} decisions in the ledger, each as its caller was told")
            : new Invariant(Name, false, $"{told.Count:N0} calls with {distinct:N0} ids, {ledger.Decisions.Count:N0} decisions in the ledger");
    }

    private static Invariant Overspend(LedgerRecount ledger) => new(
        "no overspend", ledger.Overspend.IsZero,
        ledger.Overspend.IsZero
            ? "no admission went beyond a limit, at any entry of the ledger"
            : $"an admission went {ledger.Overspend} beyond a limit: "
                + string.Join(", ", ledger.Budgets.Values.Where(budget => !budget.Overspend.IsZero).Select(budget => $"{budget.Root} {budget.Overspend}")));

    private static Invariant Suspension(SuspensionReport suspension) => new(
        "suspension true when acknowledged", suspension is { AttemptedAfterAcknowledged: > 0, AllowedAfterAcknowledged: 0 },
        $"{suspension.Agent}: {suspension.AttemptedAfterAcknowledged:N0} calls began after the acknowledgement, {suspension.AllowedAfterAcknowledged:N0} were allowed");

    private static Invariant Revocation(RevocationReport revocation, LedgerRecount ledger)
    {
        const string Name = "revocation true when acknowledged";
        if (ledger.AdmittedAfterRevocation(revocation.Delegation) is not { } admitted)
            return new Invariant(Name, false, $"{revocation.Delegation}: the ledger knows of no revocation");

        var refused = ledger.Decisions.Values.Count(decision => decision.ReasonCode == ReasonCodes.AuthorityRevoked);
        return new Invariant(
            Name,
            revocation is { AttemptedAfterAcknowledged: > 0, AllowedAfterAcknowledged: 0 } && admitted.Count == 0,
            $"{revocation.Delegation}: {revocation.AttemptedAfterAcknowledged:N0} calls began after the acknowledgement, "
            + $"{revocation.AllowedAfterAcknowledged:N0} were allowed; after it the ledger has {admitted.Count:N0} admissions and {refused:N0} refusals");
    }

    private static Invariant InFlight(InFlightReport inFlight) => new(
        "work in flight told and settled", inFlight is { ToldAfterMs: not null, Settled: true },
        $"{inFlight.Agent}: "
        + (inFlight.ToldAfterMs is { } ms ? $"told {Told(ms)}" : "never told")
        + (inFlight.Settled ? ", and its figures were taken nevertheless" : ", and its figures were not taken"));

    private static Invariant Approval(ApprovalReport approval) => new(
        "approval lets one action run",
        approval is { ReasonCode: ReasonCodes.ApprovalRequired, Result: DecisionResult.Allowed, ApprovedBy: { IsAgent: false } by } && by != approval.RequestedBy,
        $"{approval.Agent}: {approval.ReasonCode}, approved by {approval.ApprovedBy?.Value ?? "nobody"} for {approval.RequestedBy}, then {approval.Result.Text()}");

    private static string Told(double ms) => ms < 0
        ? string.Create(CultureInfo.InvariantCulture, $"{-ms:N1} ms before the acknowledgement arrived")
        : string.Create(CultureInfo.InvariantCulture, $"{ms:N1} ms after the acknowledgement");

    private static Invariant Evidence(EvidenceVerification evidence, LedgerRecount ledger)
    {
        const string Name = "evidence verified";
        if (!evidence.Verified)
        {
            return new Invariant(Name, false, evidence.FirstBroken is { } broken
                ? $"{broken.Stream} #{broken.Seq}: {broken.Why}"
                : "the node does not say where it breaks");
        }

        if (ledger.BrokenLink is { } link)
            return new Invariant(Name, false, $"the node finds it whole, but {link}");

        return ledger.Entries == evidence.Entries
            ? new Invariant(Name, true, $"{evidence.Entries:N0} entries in {evidence.Streams:N0} streams, verified by the node and here again")
            : new Invariant(Name, false, $"the node verified {evidence.Entries:N0} entries, and {ledger.Entries:N0} can be read");
    }

    private static Invariant LedgerTotals(LedgerRecount ledger, ImmutableArray<BudgetView> views)
    {
        var figures = 0;
        foreach (var view in views)
        {
            var path = new BudgetPath(view.Root, view.Scope);
            foreach (var limit in view.Limits)
            {
                var counted = ledger.Budgets[view.Root].In(view.Scope, limit.Period, limit.WindowStart);
                var shown = new ScopeTotals(limit.Spent, limit.Reserved, limit.Unresolved, limit.Overrun);
                if (counted != shown || limit.Limit is { } granted && limit.Remaining != granted - counted.Used)
                {
                    return new Invariant(FromLedger, false,
                        $"{path} {limit.Period}: shown {shown}, remaining {limit.Remaining}; the ledger says {counted}");
                }

                figures += 4;
            }
        }

        var seen = views.Select(view => new BudgetPath(view.Root, view.Scope)).ToHashSet();
        var missing = ledger.Budgets.Values.SelectMany(budget => budget.Scopes, (budget, scope) => new BudgetPath(budget.Root, scope))
            .Where(path => !seen.Contains(path)).Select(path => path.ToString()).FirstOrDefault();
        return missing is null
            ? new Invariant(FromLedger, true, $"{figures:N0} figures of {views.Length:N0} scopes, equal to the last digit")
            : new Invariant(FromLedger, false, $"{missing}: charged in the ledger and not shown");
    }

    private static Invariant TraceTotals(LedgerRecount ledger, TraceRecount trace)
    {
        var paths = ledger.Budgets.Values
            .SelectMany(budget => budget.Scopes, (budget, scope) => new BudgetPath(budget.Root, scope))
            .Union(trace.Totals.Keys)
            .ToList();
        foreach (var path in paths)
        {
            var counted = ledger.Budgets.GetValueOrDefault(path.Root)?.Ever(path.Scope) ?? default;
            var expected = trace.Totals.GetValueOrDefault(path);
            if (counted != expected)
                return new Invariant(FromTrace, false, $"{path}: the ledger says {counted}; trace and price book say {expected}");
        }

        return new Invariant(FromTrace, true, $"{paths.Count:N0} scopes from the trace, the rule and the price book, equal to the last digit");
    }

    private static Invariant NothingHeld(LedgerRecount ledger)
    {
        var held = ledger.Budgets.Values.Select(budget => (budget.Root, Held: budget.Ever(ScopePath.Root).Reserved))
            .FirstOrDefault(budget => !budget.Held.IsZero);
        return held.Held.IsZero
            ? new Invariant("nothing left held", true, "every reservation was reconciled, released or is known as unresolved")
            : new Invariant("nothing left held", false, $"{held.Root} still holds {held.Held}");
    }
}
