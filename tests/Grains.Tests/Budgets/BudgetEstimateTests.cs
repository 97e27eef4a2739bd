using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is held of what a call may cost at most.</summary>
public sealed class BudgetEstimateTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Reserve_P95WithTwentySamples_HoldsTheShareThat95Of100StayedWithin()
    {
        Define(EstimateBasis.P95);
        for (var i = 1; i <= 19; i++)
            Call("10", $"{i / 10m}");
        Assert.Null(Estimate("10").Decision.Reservations[0].Estimated);
        Call("10", "9");

        var reserved = Estimate("10.000000000001");

        // The 19th smallest of 20: 1.9 of 10.
        var reservation = reserved.Decision.Reservations[0];
        Assert.Equal((Quantity.Parse("1.900000000001"), Quantity.Parse("10.000000000001")), (reserved.Amount, reserved.WorstCase));
        Assert.Equal(new ReservationEstimate(Quantity.Parse("10.000000000001"), "gpt-4o", Quantity.Parse("0.19"), 20), reservation.Estimated);
        Assert.Equal(reserved.Amount, reservation.Amount);
    }

    [Fact]
    public void Reserve_ShareIsMoreThanTheMost_HoldsTheMostAndExplainsNothing()
    {
        Define(EstimateBasis.P95);
        for (var i = 0; i < 20; i++)
            Call("1", "2");

        var reserved = Estimate("3");

        Assert.Equal((Quantity.FromUnits(3), null), (reserved.Amount, reserved.Decision.Reservations[0].Estimated));
    }

    [Fact]
    public void Reserve_WithoutP95OrWithAStatedAmountOrOfAnotherModel_HoldsTheMost()
    {
        Define(null);
        for (var i = 0; i < 20; i++)
            Call("10", "1");
        Assert.Equal(Quantity.FromUnits(10), Estimate("10").Amount);

        Define(EstimateBasis.P95);

        Assert.Equal(Quantity.One, Estimate("10").Amount);
        Assert.Equal(Quantity.FromUnits(10), Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("10"))).Amount);
        Assert.Equal(Quantity.FromUnits(10), Estimate("10", request => request with { Model = "gpt-5" }).Amount);
        Assert.Equal(Quantity.FromUnits(10), Estimate("10", request => request with { Provider = "openai" }).Amount);
    }

    [Fact]
    public void Reserve_History_IsTheLast256AndSurvivesSnapshotAndFold()
    {
        Define(EstimateBasis.P95);
        for (var i = 0; i < 30; i++)
            Call("10", "10");
        for (var i = 0; i < 256; i++)
            Call("10", "2.5");

        Assert.Equal((Quantity.Parse("2.5"), 256), (Estimate("10").Amount, Estimate("10").Decision.Reservations[0].Estimated!.Samples));
        _run.Reload();
        Assert.Equal(Quantity.Parse("2.5"), Estimate("10").Amount);
        _run.Refold();
        Assert.Equal(Quantity.Parse("2.5"), Estimate("10").Amount);
    }

    [Fact]
    public void Reserve_LessThanTheMost_FitsWhereTheMostWouldNot_AndAnOverrunIsCountedInFull()
    {
        Define(EstimateBasis.P95);
        for (var i = 0; i < 20; i++)
            Call("10", "0.5");
        _run.Define(BudgetRun.Usd("11") with { Estimate = EstimateBasis.P95 });

        var id = Estimate("10").Id;
        _run.Settle(id, "8");

        Assert.Equal("18 0 0 7.5 -7", _run.Stand());
    }

    private void Define(EstimateBasis? estimate) => _run.Define(BudgetRun.Usd("100000") with { Estimate = estimate });

    private void Call(string most, string actual) => _run.Settle(Estimate(most).Id, actual);

    private WorkloadReserved Estimate(string most, Func<WorkloadRequest, WorkloadRequest>? stating = null) =>
        Assert.IsType<WorkloadReserved>(_run.Reserve("", new Charge(Quantity.Parse(most), IsEstimate: true), stating: stating));

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
