using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>What one scope used in one window.</summary>
/// <param name="Spent">Actuals.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> above its reservation.</param>
internal readonly record struct ScopeTotals(Quantity Spent, Quantity Reserved, Quantity Unresolved, Quantity Overrun)
{
    /// <summary>What a limit counts.</summary>
    public Quantity Used => Spent + Reserved + Unresolved;

    public static ScopeTotals operator +(ScopeTotals left, ScopeTotals right) => new(
        left.Spent + right.Spent, left.Reserved + right.Reserved, left.Unresolved + right.Unresolved, left.Overrun + right.Overrun);

    /// <inheritdoc/>
    public override string ToString() => $"spent {Spent}, reserved {Reserved}, unresolved {Unresolved}, overrun {Overrun}";
}
