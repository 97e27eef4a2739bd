using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Faults;

/// <summary>One budget that an agent draws from.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Unit">The budget's unit.</param>
public sealed record LoadedDraw(string Root, string Scope, Unit Unit);
