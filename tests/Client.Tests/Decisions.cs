using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>Answers as the control plane gives them.</summary>
internal static class Decisions
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public static Reservation Usd { get; } =
        new(BudgetRoot.Parse("research-usd"), ScopePath.Parse("support"), Quantity.Parse("0.0061"), Unit.Usd, Quantity.Parse("41.2"));

    public static Reservation Euro { get; } =
        new(BudgetRoot.Parse("berlin-eur"), ScopePath.Root, Quantity.Parse("0.0055"), Unit.Parse("EUR"), Quantity.Parse("12"));

    public static Reservation Tokens { get; } =
        new(BudgetRoot.Parse("all-tokens"), ScopePath.Root, Quantity.FromUnits(886), Unit.Tokens, null);

    public static Decision Allowed(WorkloadRequest request, params ImmutableArray<Reservation> held) =>
        new(request.Id!.Value, DecisionResult.Allowed, null, null, null, held.IsDefaultOrEmpty ? [Usd] : held,
            Start.AddSeconds(request.TtlSeconds!.Value), new Epoch(7));

    public static Decision Refused(WorkloadRequest request, DecisionResult result, string code, params ImmutableArray<Reservation> held) =>
        new(request.Id!.Value, result, code, "asked for 0.0061 USD, and 0.001 are left; raise the limit", "research-usd/support",
            held.IsDefault ? [] : held, null, new Epoch(7),
            RetryAfterMs: result == DecisionResult.RateLimited ? 250 : null);

    public static SettlementResult Reconciled(WorkloadId id, string usd) => new(id, WorkloadState.Reconciled, [Settled(Usd, usd)]);

    public static Settlement Settled(Reservation held, string? actual)
    {
        var quantity = actual is null ? (Quantity?)null : Quantity.Parse(actual);
        return new Settlement(
            held.Budget, held.Scope, held.Unit, held.Amount, quantity, quantity is { } known ? known - held.Amount : null,
            quantity is null ? WorkloadState.Unresolved : WorkloadState.Reconciled);
    }
}
