using CsCheck;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Throttling;

public sealed class ConcurrencySlotsTests
{
    private static readonly DateTimeOffset T0 = Throttles.T0;

    private readonly ConcurrencySlots _slots = new();

    [Fact]
    public void WaitFor_AllSlotsTaken_IsUntilTheEarliestLapses()
    {
        _slots.Begin(Throttles.Id(1), T0.AddSeconds(30));
        _slots.Begin(Throttles.Id(2), T0.AddSeconds(20));

        Assert.Equal(TimeSpan.Zero, _slots.WaitFor(3, T0));
        Assert.Equal(TimeSpan.FromSeconds(20), _slots.WaitFor(2, T0));
        Assert.Equal(TimeSpan.FromTicks(1), _slots.WaitFor(2, T0.AddSeconds(20).AddTicks(-1)));
        Assert.Equal(TimeSpan.Zero, _slots.WaitFor(2, T0.AddSeconds(20)));
        Assert.Equal(1, _slots.CountAt(T0.AddSeconds(20)));
    }

    [Fact]
    public void WaitFor_ALimitLoweredBelowWhatRuns_IsUntilEnoughLapse()
    {
        for (var i = 1; i <= 5; i++)
            _slots.Begin(Throttles.Id(i), T0.AddSeconds(10 * i));

        Assert.Equal(TimeSpan.FromSeconds(40), _slots.WaitFor(2, T0));
    }

    [Fact]
    public void Extend_ARunningWorkload_KeepsItsSlot()
    {
        _slots.Begin(Throttles.Id(1), T0.AddSeconds(10));
        _slots.Extend(Throttles.Id(1), T0.AddSeconds(60));
        _slots.Extend(Throttles.Id(2), T0.AddSeconds(60));

        Assert.Equal(1, _slots.CountAt(T0.AddSeconds(59)));
        Assert.Equal(0, _slots.CountAt(T0.AddSeconds(60)));
    }

    [Fact]
    public void AnyHistory_OfSlots_IsThatOfASimpleModel() =>
        Gen.Select(Gen.Int[1, 6], Gen.Select(Gen.Int[0, 3], Gen.Int[1, 12], Gen.Int[0, 40], Gen.Int[0, 15]).Array[1, 60]).Sample(
            (limit, steps) =>
            {
                var slots = new ConcurrencySlots();
                Dictionary<WorkloadId, DateTimeOffset> model = [];
                var now = T0;
                foreach (var (kind, number, lasts, pause) in steps)
                {
                    now = now.AddSeconds(pause);
                    foreach (var (lapsed, _) in model.Where(lease => lease.Value <= now).ToList())
                        model.Remove(lapsed);
                    var id = Throttles.Id(number);
                    var until = now.AddSeconds(lasts);
                    switch (kind)
                    {
                        case 0 or 1 when slots.WaitFor(limit, now) == TimeSpan.Zero:
                            slots.Begin(id, until);
                            model[id] = until;
                            break;
                        case 2:
                            slots.End(id);
                            model.Remove(id);
                            break;
                        case 3 when model.ContainsKey(id):
                            slots.Extend(id, until);
                            model[id] = until;
                            break;
                    }

                    var live = model.Values.Where(expiry => expiry > now).Order().ToList();
                    Assert.Equal(live.Count, slots.CountAt(now));
                    Assert.InRange(live.Count, 0, limit);
                    Assert.Equal(live.Count < limit ? TimeSpan.Zero : live[live.Count - limit] - now, slots.WaitFor(limit, now));
                }

                Assert.Equal(0, slots.CountAt(now.AddSeconds(40)));
            },
            iter: 10_000);
}
