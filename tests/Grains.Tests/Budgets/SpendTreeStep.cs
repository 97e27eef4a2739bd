using CsCheck;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One generated command to the tree of a delegation, or one thing that happens to it.</summary>
/// <param name="What">What.</param>
/// <param name="Which">A number that picks one of what there is then.</param>
/// <param name="Links">The delegations of the chain that limit spend, a bit for each; the topmost always does.</param>
/// <param name="Quarters">An amount in quarters of the unit.</param>
/// <param name="Seconds">How long.</param>
internal readonly record struct SpendTreeStep(SpendTreeStep.Kind What, int Which, int Links, int Quarters, int Seconds)
{
    public static readonly Gen<SpendTreeStep> Any = Gen.Select(
            Gen.Frequency(
                (20, Gen.Const(Kind.Reserve)), (8, Gen.Const(Kind.HoldElsewhere)), (12, Gen.Const(Kind.Ask)), (14, Gen.Const(Kind.Use)),
                (16, Gen.Const(Kind.UseElsewhere)), (4, Gen.Const(Kind.Deny)), (5, Gen.Const(Kind.Change)), (6, Gen.Const(Kind.Settle)),
                (3, Gen.Const(Kind.SettleUnknown)), (4, Gen.Const(Kind.Release)), (14, Gen.Const(Kind.Refuse)), (10, Gen.Const(Kind.Withdraw)),
                (8, Gen.Const(Kind.Expire)), (8, Gen.Const(Kind.Pass)), (3, Gen.Const(Kind.Reload)), (2, Gen.Const(Kind.Refold))),
            Gen.Int[0, 1_000_000], Gen.Int[0, 31], Gen.Int[0, 12], Gen.Frequency((5, Gen.Int[0, 600]), (3, Gen.Int[600, 9_000]), (1, Gen.Int[9_000, 200_000])))
        .Select((what, which, links, quarters, seconds) => new SpendTreeStep(what, which, links, quarters, seconds));

    internal enum Kind
    {
        /// <summary>A workload that this tree decides.</summary>
        Reserve,

        /// <summary>A workload that another budget decides.</summary>
        HoldElsewhere,

        /// <summary>An action that a person has to approve.</summary>
        Ask,

        /// <summary>A workload on an approval, which this tree decides.</summary>
        Use,

        /// <summary>A workload on an approval, which another budget decides.</summary>
        UseElsewhere,

        Deny,

        /// <summary>A delegation is defined anew; the chains of some agents have it later.</summary>
        Change,

        Settle,

        SettleUnknown,

        Release,

        /// <summary>The budget that decides refused.</summary>
        Refuse,

        Withdraw,

        Expire,

        Pass,

        Reload,

        Refold,
    }
}
