using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Freezing stops reservations and nothing else. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetFreezeTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Freeze_Scope_BlocksItAndAllBelow_AndNotThoseBeside()
    {
        DefineTree();

        _run.Freeze("nlp");

        var refused = _run.Refuse("1", "nlp/bot");
        Assert.Equal(("x_budget_frozen", "research/nlp is frozen: incident 7", "research/nlp"), (refused.ReasonCode, refused.Reason, refused.DeterminedBy));
        Assert.Equal("x_budget_frozen", _run.Refuse("0", "nlp").ReasonCode);
        _run.Admit("1", "ocr");
        _run.Admit("1");
        var below = _run.View("nlp/bot");
        Assert.Equal((BudgetState.Frozen, ScopePath.Parse("nlp"), "incident 7"), (below.State, below.FrozenAt, below.FrozenReason));
        Assert.Equal((BudgetState.Active, null, null), (_run.View().State, _run.View().FrozenAt, _run.View().FrozenReason));
    }

    [Fact]
    public void Freeze_BelowAFrozenScope_ShowsTheHighest_AndStaysWhenThatIsUnfrozen()
    {
        DefineTree();
        _run.Freeze("nlp/bot", "first");
        _run.Freeze("", "second");
        Assert.Equal((ScopePath.Root, "second"), (_run.View("nlp/bot").FrozenAt, _run.View("nlp/bot").FrozenReason));

        Assert.NotNull(_run.Unfreeze());

        Assert.Equal("x_budget_frozen", _run.Refuse("1", "nlp/bot").ReasonCode);
        _run.Admit("1", "nlp");
    }

    [Fact]
    public void Freeze_Again_IsNoEventAndKeepsTheReason_AndUnfreezeToo()
    {
        DefineTree();
        Assert.Null(_run.Unfreeze("nlp"));
        Assert.NotNull(_run.Freeze("nlp", "first"));
        Assert.Null(_run.Freeze("nlp", "second"));
        Assert.Equal("first", _run.View("nlp").FrozenReason);
        _run.Reload();

        Assert.NotNull(_run.Unfreeze("nlp"));
        Assert.Null(_run.Unfreeze("nlp"));

        _run.Admit("1", "nlp");
    }

    [Fact]
    public void Freeze_SameIdAgain_IsNoEventAlsoWhenItWasUnfrozenSince_AndOtherContentConflicts()
    {
        DefineTree();
        Assert.Equal("f1", _run.Freeze("nlp", "first", "f1")!.Id);
        Assert.Equal("u1", _run.Unfreeze("nlp", "u1")!.Id);
        _run.Reload();

        Assert.Null(_run.Freeze("nlp", "first", "f1"));
        Assert.Equal(BudgetState.Active, _run.View("nlp").State);
        _run.Admit("1", "nlp");
        Conflicts(() => _run.Freeze("nlp", "second", "f1"));
        Conflicts(() => _run.Freeze("ocr", "first", "f1"));
        Conflicts(() => _run.Unfreeze("nlp", "f1"));
        Assert.NotNull(_run.Freeze("nlp", "first", "f2"));
        _run.Refold();
        Assert.Null(_run.Unfreeze("nlp", "u1"));
        Assert.Equal(BudgetState.Frozen, _run.View("nlp").State);
        Conflicts(() => _run.Unfreeze("ocr", "u1"));
    }

    [Fact]
    public void IsDone_WriteOffThatIsRecorded_IsKnownByItsIdForEver()
    {
        DefineTree();
        var (hash, other) = (ContentHash.Of<string[]>(["w1"]), ContentHash.Of<string[]>(["w2"]));
        Assert.False(_run.Tree.IsDone("w1", hash));

        _run.Append(new BudgetWrittenOff("w1", hash, 2, Quantity.FromUnits(3), "year end", BudgetRun.Maria));

        foreach (var goOn in (Action[])[() => { }, _run.Reload, _run.Refold])
        {
            goOn();
            Assert.Equal((true, false, false), (_run.Tree.IsDone("w1", hash), _run.Tree.IsDone("w2", hash), _run.Tree.IsDone(null, hash)));
            Conflicts(() => _run.Tree.IsDone("w1", other));
            Conflicts(() => _run.Freeze("nlp", "first", "w1"));
        }
    }

    [Fact]
    public void Settle_InAFrozenBudget_IsCountedInFull()
    {
        DefineTree();
        var late = _run.Admit("4", "nlp");
        var released = _run.Admit("1", "nlp");
        _run.Freeze();

        _run.Settle(late, "6");
        _run.Release(released);
        _run.Use("nlp", "1");

        Assert.Equal("7 0 0 3 3", _run.Stand());
    }

    [Fact]
    public void Freeze_OneValueOfARule_BlocksThatValueAlone_AlsoBeforeItsFirstUse()
    {
        _run.Define(BudgetRun.Usd("10") with { PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(Limit: Quantity.One))) });

        _run.Freeze("customerId=c-17");

        Assert.Equal("x_budget_frozen", _run.Refuse("1", stating: BudgetRun.Of("c-17")).ReasonCode);
        Assert.Equal(BudgetState.Frozen, _run.View("customerId=c-17").State);
        _run.Admit("1", stating: BudgetRun.Of("c-18"));
    }

    [Fact]
    public void Freeze_InObserveMode_BlocksAllTheSame()
    {
        _run.Define(BudgetRun.Usd("10") with { Mode = BudgetMode.Observe });

        _run.Freeze();

        Assert.Equal("x_budget_frozen", _run.Refuse("1").ReasonCode);
    }

    [Fact]
    public void Freeze_UnknownBudgetOrScope_IsNotFound()
    {
        Assert.Equal("budget_not_found", Assert.Throws<NotFoundException>(() => _run.Freeze()).Code);
        DefineTree();

        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.Freeze("zzz")).Code);
        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.Freeze("customerId=c-17")).Code);
        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.Unfreeze("zzz")).Code);
    }

    private static void Conflicts(Func<object?> act) => Assert.Equal("idempotency_conflict", Assert.Throws<ConflictException>(() => act()).Code);

    private void DefineTree() => _run.Define(BudgetRun.Usd("10") with
    {
        Children = BudgetRun.Children(
            ("nlp", new BudgetScopeDefinition(Children: BudgetRun.Children(("bot", new BudgetScopeDefinition())))), ("ocr", new BudgetScopeDefinition())),
    });

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
