using CsCheck;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Reports;

/// <summary>One generated command to a budget whose entries are folded, or one thing that happens to it.</summary>
/// <param name="What">What.</param>
/// <param name="Which">Picks a workload, a scope, an attribute.</param>
/// <param name="Amount">In 1e-12 of the unit; of a negative one nobody knows what it is.</param>
/// <param name="Seconds">How long.</param>
internal sealed record SpendStep(SpendStep.Kind What, int Which, long Amount, int Seconds)
{
    internal enum Kind
    {
        Reserve,
        Settle,
        Release,
        Withdraw,
        Extend,
        Expire,
        Use,
        Pass,
        Define,
        Archive,
        Adjust,
        WriteOff,
        Freeze,
        Move,
    }

    public static readonly Gen<SpendStep> Any = Gen.Select(
        Gen.Frequency(
            (40, Gen.Const(Kind.Reserve)),
            (28, Gen.Const(Kind.Settle)),
            (10, Gen.Const(Kind.Release)),
            (3, Gen.Const(Kind.Withdraw)),
            (3, Gen.Const(Kind.Extend)),
            (8, Gen.Const(Kind.Expire)),
            (8, Gen.Const(Kind.Use)),
            (14, Gen.Const(Kind.Pass)),
            (2, Gen.Const(Kind.Define)),
            (1, Gen.Const(Kind.Archive)),
            (6, Gen.Const(Kind.Adjust)),
            (6, Gen.Const(Kind.WriteOff)),
            (1, Gen.Const(Kind.Freeze)),
            (1, Gen.Const(Kind.Move))),
        Gen.Int[0, 1_000_000],
        Gen.Frequency((8, Gen.Long[0, 3_000_000_000_000]), (1, Gen.Const(-1L)), (1, Gen.Const(0L))),
        Gen.Frequency((5, Gen.Int[0, 300]), (2, Gen.Int[301, 90_000]), (1, Gen.Int[90_001, 3_000_000])),
        (what, which, amount, seconds) => new SpendStep(what, which, amount, seconds));
}
