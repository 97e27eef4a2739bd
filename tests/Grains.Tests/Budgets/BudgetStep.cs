using CsCheck;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One generated command to a budget, or one thing that happens to it.</summary>
internal abstract record BudgetStep
{
    public static readonly Gen<DefinitionDraft> Drafts = GenerateDrafts();

    public static readonly Gen<BudgetStep> Any = Generate();

    /// <summary>What something costs: pico units, or tokens, or nobody knows.</summary>
    internal sealed record Cost(Int128? Pico, int? InputTokens, int? OutputTokens);

    internal sealed record Define(DefinitionDraft Draft) : BudgetStep;

    internal sealed record DefineWithOther(bool Unit) : BudgetStep;

    internal sealed record Archive : BudgetStep;

    internal sealed record Reserve(int Scope, Cost Price, int? TtlSeconds, bool AsHold) : BudgetStep;

    internal sealed record Settle(int Which, Cost Price, bool LikeBefore) : BudgetStep;

    internal sealed record Release(int Which, ReleaseCause Cause) : BudgetStep;

    internal sealed record Withdraw(int Which) : BudgetStep;

    internal sealed record Extend(int Which, int TtlSeconds) : BudgetStep;

    internal sealed record Expire(int CountMax) : BudgetStep;

    internal sealed record Use(int Scope, Cost Price) : BudgetStep;

    internal sealed record Pass(TimeSpan Time) : BudgetStep;

    /// <param name="Period">Whose end to go to.</param>
    /// <param name="MicrosecondsBefore">How long before it.</param>
    internal sealed record PassToEnd(BudgetPeriod Period, int MicrosecondsBefore) : BudgetStep;

    internal sealed record Reload : BudgetStep;

    internal sealed record Refold : BudgetStep;

    private static Gen<DefinitionDraft> GenerateDrafts()
    {
        var draftScope = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 3], Gen.Int[1, 7], Gen.Int[0, 60])
            .Select((present, form, periods, quarters) => new DefinitionDraft.Scope(present > 0, (DefinitionDraft.Form)form, periods, quarters));
        var period = Gen.Int[0, 3].Select(i => i == 3 ? null : (BudgetPeriod?)i);
        return Gen.Select(draftScope.Array[DefinitionDraft.Paths.Length], period, Gen.Int[0, 2], Gen.Bool)
            .Select((scopes, rootPeriod, expiry, hasPrice) => new DefinitionDraft(
                scopes, rootPeriod, expiry == 0 ? null : (ExpiryAction?)(expiry - 1), hasPrice));
    }

    private static Gen<BudgetStep> Generate()
    {
        const long Quarter = 250_000_000_000;
        var amount = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 9]).Select((quarters, pico) => (Int128)quarters * Quarter + (pico == 9 ? 1 : 0));
        var price = Gen.Frequency(
            (8, amount.Select(pico => new Cost(pico, null, null))),
            (1, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Select((input, output) => new Cost(null, input, output))),
            (1, Gen.Const(new Cost(null, null, null))));
        var which = Gen.Int[0, 1_000_000];
        var scope = Gen.Int[0, DefinitionDraft.Paths.Length - 1];
        var ttl = Gen.Frequency((6, Gen.Int[1, 300].Select(s => (int?)s)), (2, Gen.Int[3600, 86_400].Select(s => (int?)s)), (1, Gen.Const((int?)null)));
        var pass = Gen.Frequency(
            (5, Gen.Int[0, 200].Select(s => TimeSpan.FromSeconds(s))),
            (2, Gen.Int[1, 13 * 60].Select(m => TimeSpan.FromMinutes(m))),
            (1, Gen.Int[1, 40].Select(d => TimeSpan.FromDays(d))));

        return Gen.Frequency<BudgetStep>(
            (8, Drafts.Select(BudgetStep (draft) => new Define(draft))),
            (1, Gen.Bool.Select(BudgetStep (unit) => new DefineWithOther(unit))),
            (1, Gen.Const<BudgetStep>(new Archive())),
            (40, Gen.Select(scope, price, ttl, Gen.Int[0, 3]).Select(BudgetStep (s, p, t, hold) => new Reserve(s, p, t, hold == 0))),
            (26, Gen.Select(which, price, Gen.Int[0, 4]).Select(BudgetStep (w, p, like) => new Settle(w, p, like == 0))),
            (9, Gen.Select(which, Gen.Int[0, 4]).Select(BudgetStep (w, cause) => new Release(w, cause == 0 ? ReleaseCause.Refused : ReleaseCause.Requested))),
            (2, which.Select(BudgetStep (w) => new Withdraw(w))),
            (5, Gen.Select(which, Gen.Int[1, 400]).Select(BudgetStep (w, t) => new Extend(w, t))),
            (8, Gen.Int[1, 3].Select(BudgetStep (n) => new Expire(n == 3 ? 100 : n))),
            (4, Gen.Select(scope, price).Select(BudgetStep (s, p) => new Use(s, p))),
            (10, pass.Select(BudgetStep (t) => new Pass(t))),
            (5, Gen.Select(Gen.Bool, Gen.Int[0, 2]).Select(BudgetStep (day, before) =>
                new PassToEnd(day ? BudgetPeriod.Day : BudgetPeriod.Month, before == 0 ? 1 : before == 1 ? 0 : 30_000_000))),
            (4, Gen.Const<BudgetStep>(new Reload())),
            (1, Gen.Const<BudgetStep>(new Refold())));
    }
}
