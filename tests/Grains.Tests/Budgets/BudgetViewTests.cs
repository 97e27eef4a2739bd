using System.Globalization;
using System.Text;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is seen comes from the ledger that enforces. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetViewTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    // Rule 9: what is reported comes from the ledger that enforces.
    [Fact]
    public void View_AfterSnapshotOrFold_IsTheSame()
    {
        _run.Define(BudgetRun.Usd("100", BudgetPeriod.Day) with { Children = BudgetRun.Children(("b", new()), ("a", new()), ("c", new())) });
        _run.Settle(_run.Admit("3", "a"), "5");
        _run.Settle(_run.Admit("4", "b"), new Charge(null));
        _run.Admit("2", "b", commitsIn: BudgetRun.Other);
        var stand = (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue);

        Assert.Equal(("5 2 4 2 89", "5 0 0 2 -", "0 2 4 0 -", "0 0 0 0 -", At("2026-11-23T08:02:00Z")), stand);
        _run.Reload();
        Assert.Equal(stand, (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue));
        _run.Refold();
        Assert.Equal(stand, (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue));
    }

    [Fact]
    public void View_Children_ComeInPagesByName()
    {
        _run.Define(BudgetRun.Usd("1") with { Children = BudgetRun.Children(("b", new()), ("a-1", new()), ("a", new()), ("a.b", new())) });

        var first = _run.Tree.View(ScopePath.Root, null, 3, _run.Now).Children!;
        var second = _run.Tree.View(ScopePath.Root, first.Next, 3, _run.Now).Children!;

        Assert.Equal(["a", "a-1", "a.b"], first.Items.Select(item => item.Scope.Value));
        Assert.Equal("a.b", first.Next);
        Assert.Equal("b", Assert.Single(second.Items).Scope.Value);
        Assert.Null(second.Next);
        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.View("zzz")).Code);
    }

    [Fact]
    public void Reload_SumsBeyondWhatOneAmountMayBe_AreKept()
    {
        _run.Define(new BudgetDefinition(Unit.Usd));
        _run.Use("", "999999999999999999.999999999999");
        _run.Use("", "999999999999999999.999999999999");

        _run.Reload();

        Assert.Equal("1999999999999999999.999999999998 0 0 1999999999999999999.999999999998 -", _run.Stand());
    }

    [Fact]
    public void Restore_BrokenOrOfAnotherBuild_IsInvalidData()
    {
        Assert.Throws<InvalidDataException>(() => new BudgetTree(BudgetRun.Root).Restore("{}"u8));
        Assert.Throws<InvalidDataException>(() => new BudgetTree(BudgetRun.Root).Restore("not json"u8));
        Assert.Throws<InvalidDataException>(
            () => new BudgetTree(BudgetRun.Root).Restore("""{"version":999,"image":{"archived":false,"usages":[],"holdings":[]}}"""u8));
    }

    /// <summary>The rules of a zone change with the machine's data; another zone's stand for that here.</summary>
    [Fact]
    public void Restore_WindowsBeginElsewhereByTodaysRules_IsInvalidData()
    {
        _run.Define(BudgetRun.Usd("100", BudgetPeriod.Day) with { TimeZone = "Etc/GMT" });
        _run.Use("", "1");
        var image = Encoding.UTF8.GetString(_run.Tree.Save());
        var moved = image.Replace("\"Etc/GMT\"", "\"Etc/GMT-1\"", StringComparison.Ordinal);
        Assert.NotEqual(image, moved);

        new BudgetTree(BudgetRun.Root).Restore(Encoding.UTF8.GetBytes(image));
        Assert.Throws<InvalidDataException>(() => new BudgetTree(BudgetRun.Root).Restore(Encoding.UTF8.GetBytes(moved)));
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
