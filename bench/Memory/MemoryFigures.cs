namespace GenOps.ControlPlane.Bench.Memory;

/// <summary>What one layout takes, in bytes each, the trees and all that they keep included.</summary>
/// <param name="Trees">How many trees.</param>
/// <param name="Each">How many scopes on demand, or open reservations, in each.</param>
/// <param name="IdleScope">A scope on demand that was charged once and holds nothing.</param>
/// <param name="OpenReservation">An open reservation, charged to one of ten defined scopes.</param>
/// <param name="ScopeAndReservation">A scope on demand together with the one open reservation that it holds.</param>
/// <param name="RestoredIdleScope">An idle scope, in a tree that was put back from its snapshot.</param>
/// <param name="RestoredOpenReservation">An open reservation, in a tree that was put back from its snapshot.</param>
internal sealed record MemoryFigures(
    int Trees, int Each, double IdleScope, double OpenReservation, double ScopeAndReservation, double RestoredIdleScope, double RestoredOpenReservation)
{
    /// <summary>What the reservation adds to a scope of its own.</summary>
    public double ReservationOfOwnScope => Math.Round(ScopeAndReservation - IdleScope, 1);
}
