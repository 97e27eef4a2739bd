using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

public sealed class SimulatedLedgerStoreTests : LedgerStoreContract
{
    private readonly SimulatedDisk _disk = new();

    public SimulatedLedgerStoreTests() => Store = new SimulatedLedgerStore(_disk, seed: 1, runsByItself: true);

    private protected override ILedgerStore Store { get; }

    [Fact]
    public async Task Crash_WithACommitUnderWay_LeavesItDoneOrNotAndTheDiskToTheNextStore()
    {
        var results = new HashSet<int>();
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = new SimulatedDisk();
            var store = new SimulatedLedgerStore(disk, seed);
            var commit = store.CommitAsync([[new TestStream("b/acme/usd").Next(count: 2)]], default);

            store.Crash();

            Assert.False((await Assert.ThrowsAsync<LedgerStoreException>(() => commit)).NothingWritten);
            Assert.Throws<LedgerStoreException>(() => { _ = store.ProbeAsync(); });
            results.Add((await new SimulatedLedgerStore(disk, seed).ReadByStreamAsync("").ToListAsync()).Count);
        }

        Assert.Equal([0, 2], results.Order());
    }
}
