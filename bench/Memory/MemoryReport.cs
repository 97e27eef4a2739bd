using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Memory;

/// <summary>What scopes and open reservations take in memory.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Layouts">The figures, by how they are spread.</param>
/// <param name="IdleScopeAim">What an idle scope may take.</param>
/// <param name="ReservationAim">What an open reservation may take, on a defined scope or on its own.</param>
internal sealed record MemoryReport(Machine Machine, IReadOnlyList<MemoryFigures> Layouts, Aim IdleScopeAim, Aim ReservationAim);
