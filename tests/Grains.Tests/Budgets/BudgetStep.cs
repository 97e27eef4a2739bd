using CsCheck;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One generated command to a budget, or one thing that happens to it.</summary>
internal abstract record BudgetStep
{
    /// <summary>A number that picks one of what there is then.</summary>
    private static readonly Gen<int> Picks = Gen.Int[0, 1_000_000];

    public static readonly Gen<DefinitionDraft> Drafts = GenerateDrafts();

    public static readonly Gen<BudgetStep> Any = Generate();

    /// <summary>What something costs: pico units, or tokens, or nobody knows.</summary>
    internal sealed record Cost(Int128? Pico, int? InputTokens, int? OutputTokens);

    internal sealed record Define(DefinitionDraft Draft) : BudgetStep
    {
        public override string ToString() => $"Define {DefinitionText.Of(Draft)}";
    }

    internal sealed record Change(DraftChange Of) : BudgetStep;

    internal sealed record DefineWithOtherUnit : BudgetStep;

    internal sealed record Archive : BudgetStep;

    /// <param name="Scope">An index into <see cref="DefinitionDraft.Paths"/>; one more for a scope on demand.</param>
    /// <param name="Price">The most that it costs.</param>
    /// <param name="TtlSeconds">How long it is held.</param>
    /// <param name="AsHold">Whether another budget decides.</param>
    /// <param name="Traits">What the workload states.</param>
    /// <param name="MayCreate">Whether its agent may make scopes on demand now.</param>
    /// <param name="IsOutright">Whether the request states the amount, so that it is no estimate.</param>
    /// <param name="IsWarned">Whether an earlier budget warned.</param>
    internal sealed record Reserve(
        int Scope, Cost Price, int? TtlSeconds, bool AsHold, BudgetTraits Traits, bool MayCreate, bool IsOutright, bool IsWarned) : BudgetStep;

    internal sealed record Settle(int Which, Cost Price, bool LikeBefore) : BudgetStep;

    internal sealed record Release(int Which, ReleaseCause Cause) : BudgetStep;

    internal sealed record WriteOff(int Which) : BudgetStep;

    internal sealed record Withdraw(int Which) : BudgetStep;

    internal sealed record Extend(int Which, int TtlSeconds) : BudgetStep;

    internal sealed record Expire(int CountMax) : BudgetStep;

    /// <param name="Scope">An index into <see cref="DefinitionDraft.Paths"/>; one more for a scope that never was.</param>
    /// <param name="Price">What it cost.</param>
    /// <param name="Traits">What the report states.</param>
    /// <param name="Ago">How long ago it happened; null if the report does not say.</param>
    internal sealed record Use(int Scope, Cost Price, BudgetTraits Traits, TimeSpan? Ago) : BudgetStep;

    /// <summary>Many calls of one model, one after the other, each a little over or under a share of what it may cost.</summary>
    internal sealed record Burst(int Count, int Model, int PercentOfWorst) : BudgetStep;

    /// <param name="Scope">An index into all scopes, those on demand after the others.</param>
    /// <param name="Quarters">The amount in quarters of the unit.</param>
    /// <param name="Until">For how long limits are raised; null for a credit or debit.</param>
    /// <param name="Period">The limit raised.</param>
    /// <param name="Earlier">The earlier adjustment whose id is used again; null for a new id.</param>
    internal sealed record Adjust(int Scope, int Quarters, TimeSpan? Until, BudgetPeriod? Period, int? Earlier) : BudgetStep;

    /// <summary>Sends an earlier adjustment again.</summary>
    internal sealed record AdjustAgain(int Which) : BudgetStep;

    internal sealed record Freeze(int Scope, int Reason) : BudgetStep;

    internal sealed record Unfreeze(int Which) : BudgetStep;

    internal sealed record Pass(TimeSpan Time) : BudgetStep;

    /// <param name="Period">Whose end to go to.</param>
    /// <param name="MicrosecondsBefore">How long before it.</param>
    internal sealed record PassToEnd(BudgetPeriod Period, int MicrosecondsBefore) : BudgetStep;

    /// <summary>Goes to the next change of the zone's offset from UTC.</summary>
    internal sealed record PassToClockChange(TimeSpan Before) : BudgetStep;

    /// <summary>Goes to the next 29 February.</summary>
    internal sealed record PassToLeapDay(TimeSpan Before) : BudgetStep;

    internal sealed record Reload : BudgetStep;

    internal sealed record Refold : BudgetStep;

    private static Gen<DefinitionDraft> GenerateDrafts()
    {
        // Mostly one or two periods, so that each is met often.
        var periods = Gen.Frequency(
            (3, Gen.Int[0, 6].Select(period => 1 << period)),
            (3, Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6]).Select((one, other) => (1 << one) | (1 << other))),
            (1, Gen.Int[1, 127]));
        var form = Gen.Frequency(
            (2, Gen.Const(DefinitionDraft.Form.Unlimited)), (2, Gen.Const(DefinitionDraft.Form.Short)),
            (1, Gen.Const(DefinitionDraft.Form.ShortInherited)), (3, Gen.Const(DefinitionDraft.Form.List)));
        var scope = Gen.Select(Gen.Int[0, 15], form, periods, Gen.Int[0, 60])
            .Select((present, form, periods, quarters) => new DefinitionDraft.Scope(present > 0, form, periods, quarters));
        var ruleForm = form.Where(form => form != DefinitionDraft.Form.Unlimited);
        var rule = Gen.Select(Gen.Int[0, 2], ruleForm, periods, Gen.Int[0, 30], Gen.Int[0, 5]).Select((present, form, periods, quarters, optional) =>
            new DefinitionDraft.Rule(present == 0, form, periods, quarters, optional switch { 0 => false, 1 => null, _ => true }));
        var period = Gen.Int[0, 7].Select(i => i == 7 ? null : (BudgetPeriod?)i);
        var cut = Gen.Select(
            Optional(5, Gen.Int[0, DefinitionDraft.Zones.Length - 1]), Optional(1, Gen.Int[0, 6].Select(day => (WeekDay)day)), Optional(1, Gen.Int[1, 12]));
        var manner = Gen.Select(
            Optional(3, Gen.Int[1, 100]),
            Gen.Int[0, 31],
            Optional(3, Gen.Int[0, 2].Select(i => i == 0 ? BudgetMode.Enforce : BudgetMode.Observe)),
            Optional(1, Gen.Int[0, 3].Select(i => i == 0 ? EstimateBasis.Max : EstimateBasis.P95)),
            Optional(2, Gen.Int[1, 5]));
        return Gen.Select(
                Gen.Select(scope.Array[DefinitionDraft.Paths.Length], rule.Array[DefinitionDraft.RulePlaces.Length]),
                Gen.Select(period, Gen.Int[0, 2], Gen.Bool), cut, manner)
            .Select((parts, basics, cut, manner) => new DefinitionDraft(
                parts.Item1, parts.Item2, basics.Item1, basics.Item2 == 0 ? null : (ExpiryAction?)(basics.Item2 - 1), basics.Item3,
                cut.Item1, cut.Item2, cut.Item3, manner.Item1, manner.Item2, manner.Item3, manner.Item4, manner.Item5));
    }

    private static Gen<T?> Optional<T>(int without, Gen<T> value) where T : struct =>
        Gen.Frequency((without, Gen.Const((T?)null)), (1, value.Select(v => (T?)v)));

    private static Gen<BudgetStep> Generate()
    {
        const long Quarter = 250_000_000_000;
        var amount = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 9]).Select((quarters, pico) => (Int128)quarters * Quarter + (pico == 9 ? 1 : 0));
        var price = Gen.Frequency(
            (10, amount.Select(pico => new Cost(pico, null, null))),
            (1, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Select((input, output) => new Cost(null, input, output))),
            (1, Gen.Const(new Cost(null, null, null))));
        var actual = Gen.Frequency((3, price), (1, Gen.Const(new Cost(null, null, null))));
        var scope = Gen.Frequency((30, Gen.Int[0, DefinitionDraft.Paths.Length - 1]), (1, Gen.Const(DefinitionDraft.Paths.Length)));
        var anyScope = Gen.Int[0, DefinitionDraft.Paths.Length + DefinitionDraft.OnDemandPaths.Length - 1];
        var ttl = Gen.Frequency((6, Gen.Int[1, 300].Select(s => (int?)s)), (2, Gen.Int[3600, 86_400].Select(s => (int?)s)), (1, Gen.Const((int?)null)));
        var traits = Gen.Select(Mostly(DefinitionDraft.Customers.Length), Mostly(DefinitionDraft.Features.Length), Mostly(DefinitionDraft.Models.Length))
            .Select((customer, feature, model) => new BudgetTraits(customer, feature, model));
        var pass = Gen.Frequency(
            (6, Gen.Int[0, 200].Select(s => TimeSpan.FromSeconds(s))),
            (2, Gen.Int[1, 13 * 60].Select(m => TimeSpan.FromMinutes(m))),
            (1, Gen.Int[1, 40].Select(d => TimeSpan.FromDays(d))));
        var before = Gen.Int[0, 4].Select(i => i switch
        {
            0 => TimeSpan.Zero,
            1 => TimeSpan.FromMicroseconds(1),
            2 => TimeSpan.FromMinutes(20),
            3 => TimeSpan.FromMinutes(-40),
            _ => TimeSpan.FromHours(3),
        });
        var ago = Gen.Frequency(
            (2, Gen.Const((TimeSpan?)null)),
            (2, Gen.Int[0, 7200].Select(s => (TimeSpan?)TimeSpan.FromSeconds(s))),
            (2, Gen.Int[0, 400 * 24].Select(h => (TimeSpan?)TimeSpan.FromHours(h))));
        var until = Gen.Frequency(
            (1, Gen.Const((TimeSpan?)null)),
            (2, Gen.Int[0, 7200].Select(s => (TimeSpan?)TimeSpan.FromSeconds(s))),
            (1, Gen.Int[1, 60].Select(d => (TimeSpan?)TimeSpan.FromDays(d))));
        var period = Gen.Int[0, 6].Select(i => (BudgetPeriod)i);

        // What cuts time and what limits change more often than the rest.
        var field = Gen.Frequency(
            (6, Gen.Const(DraftChange.Field.Periods)), (3, Gen.Const(DraftChange.Field.RulePeriods)),
            (2, Gen.Const(DraftChange.Field.Zone)), (2, Gen.Const(DraftChange.Field.FiscalYearStart)), (2, Gen.Const(DraftChange.Field.WeekStart)),
            (8, Gen.Int[0, (int)DraftChange.Field.RuleOptional].Select(i => (DraftChange.Field)i)));

        return Gen.Frequency<BudgetStep>(
            (4, Drafts.Select(BudgetStep (draft) => new Define(draft))),
            (12, Gen.Select(field, Picks, Picks).Select(BudgetStep (what, which, value) => new Change(new DraftChange(what, which, value)))),
            (1, Gen.Const<BudgetStep>(new DefineWithOtherUnit())),
            (1, Gen.Const<BudgetStep>(new Archive())),
            (50, Gen.Select(scope, price, ttl, Gen.Int[0, 3], traits, Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 9])
                .Select(BudgetStep (s, p, t, hold, traits, may, outright, warned) =>
                    new Reserve(s, p, t, hold == 0, traits, may > 0, outright == 0, warned == 0))),
            (26, Gen.Select(Picks, actual, Gen.Int[0, 4]).Select(BudgetStep (w, p, like) => new Settle(w, p, like == 0))),
            (9, Gen.Select(Picks, Gen.Int[0, 4]).Select(BudgetStep (w, cause) => new Release(w, cause == 0 ? ReleaseCause.Refused : ReleaseCause.Requested))),
            (7, Picks.Select(BudgetStep (w) => new WriteOff(w))),
            (2, Picks.Select(BudgetStep (w) => new Withdraw(w))),
            (4, Gen.Select(Picks, Gen.Int[1, 400]).Select(BudgetStep (w, t) => new Extend(w, t))),
            (8, Gen.Int[1, 3].Select(BudgetStep (n) => new Expire(n == 3 ? 100 : n))),
            (6, Gen.Select(scope, price, traits, ago).Select(BudgetStep (s, p, traits, ago) => new Use(s, p, traits, ago))),
            (1, Gen.Select(Gen.Int[1, 30], Gen.Int[0, 1], Gen.Int[1, 130]).Select(BudgetStep (n, model, percent) => new Burst(n, model, percent))),
            (8, Gen.Select(anyScope, Gen.Int[-8, 16], until, Optional(2, period), Optional(12, Picks))
                .Select(BudgetStep (s, q, u, p, earlier) => new Adjust(s, q, u, u is null ? null : p, earlier))),
            (2, Picks.Select(BudgetStep (w) => new AdjustAgain(w))),
            (3, Gen.Select(anyScope, Gen.Int[0, 1]).Select(BudgetStep (s, reason) => new Freeze(s, reason))),
            (4, Picks.Select(BudgetStep (w) => new Unfreeze(w))),
            (14, pass.Select(BudgetStep (t) => new Pass(t))),
            (8, Gen.Select(period, Gen.Int[0, 3]).Select(BudgetStep (period, before) =>
                new PassToEnd(period, before switch { 0 => 1, 1 => 0, 2 => 30_000_000, _ => -30_000_000 }))),
            (3, before.Select(BudgetStep (b) => new PassToClockChange(b))),
            (1, before.Select(BudgetStep (b) => new PassToLeapDay(b))),
            (4, Gen.Const<BudgetStep>(new Reload())),
            (2, Gen.Const<BudgetStep>(new Refold())));

        static Gen<int?> Mostly(int count) => Gen.Int[0, (4 * count) - 1].Select(i => i == 0 ? null : (int?)(i % count));
    }
}
