using GenOps.ControlPlane.Bench.Alternatives;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Cluster.Tests.Bench;

/// <summary>What is measured beside this product keeps the same promises, and one that did not would be found out.</summary>
public sealed class PromiseCheckTests
{
    [Fact]
    public async Task Check_AllIsKept_Passes() =>
        await PromiseCheck.RunAsync(new InMemory(), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Check_LimitIsNotKept_SaysSo() => Assert.Contains(
        "that asked at once for room for 16, 17 were allowed", await FoundAsync(new InMemory { Excess = Money.Reserved }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_RoomIsWithheld_SaysSo() => Assert.Contains(
        "that asked at once for room for 16, 15 were allowed", await FoundAsync(new InMemory { Excess = -1 }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_RepeatIsAskedAnew_SaysSo() => Assert.Contains(
        "a repeat was answered otherwise", await FoundAsync(new InMemory { ForgetsAnswers = true }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_RepeatedSettlementIsRefused_SaysSo() => Assert.Contains(
        "the repeat of its settlement was refused", await FoundAsync(new InMemory { RefusesRepeats = true }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_OtherFiguresAreTaken_SaysSo() => Assert.Contains(
        "settled again, for another amount", await FoundAsync(new InMemory { TakesOtherFigures = true }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_RefusedIsSettled_SaysSo() => Assert.Contains(
        "a request that was refused was settled", await FoundAsync(new InMemory { SettlesRefused = true }), StringComparison.Ordinal);

    [Fact]
    public async Task Check_SettledTwice_SaysSo() => Assert.Contains(
        "settling left room for 5 more", await FoundAsync(new InMemory { SettlesTwice = true }), StringComparison.Ordinal);

    [Theory]
    [InlineData(Contestants.LibraryName)]
    [InlineData(Contestants.HttpName)]
    [InlineData(Contestants.ProcedureName)]
    [InlineData(Contestants.RedisName)]
    public async Task Check_WhatIsCompared_Passes(string name)
    {
        Assert.SkipWhen(
            name == Contestants.RedisName && Command.Find("redis-server") is null, "redis-server is not installed; on Debian and Ubuntu: apt-get install redis-server");
        await using var contestants = await Contestants.StartAsync([name], Path.GetTempPath(), connections: 8, TestContext.Current.CancellationToken);

        await PromiseCheck.RunAsync(Assert.Single(contestants.All), TestContext.Current.CancellationToken);
    }

    private static async Task<string> FoundAsync(InMemory alternative) =>
        (await Assert.ThrowsAsync<BenchException>(() => PromiseCheck.RunAsync(alternative, TestContext.Current.CancellationToken))).Message;

    private sealed class InMemory : IAlternative, ILimitedBudget
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<WorkloadId, bool> _answers = [];
        private readonly Dictionary<WorkloadId, long> _settled = [];
        private long _left;

        public long Excess { get; init; }

        public bool ForgetsAnswers { get; init; }

        public bool RefusesRepeats { get; init; }

        public bool TakesOtherFigures { get; init; }

        public bool SettlesRefused { get; init; }

        public bool SettlesTwice { get; init; }

        public string Name => "in memory";

        public Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken)
        {
            _left = holds * Money.Reserved + Excess;
            return Task.FromResult<ILimitedBudget?>(this);
        }

        public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => throw new NotSupportedException("it is not measured");

        public Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (_answers.TryGetValue(id, out var known) && !ForgetsAnswers)
                    return Task.FromResult(known);
                var isAllowed = _left >= Money.Reserved;
                if (isAllowed)
                    _left -= Money.Reserved;
                return Task.FromResult(_answers[id] = isAllowed);
            }
        }

        public Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken)
        {
            var cost = otherwise ? Money.Claimed : Money.Spent;
            lock (_gate)
            {
                if (!_answers[id])
                    return Task.FromResult(SettlesRefused);
                if (_settled.TryGetValue(id, out var known))
                {
                    if (SettlesTwice && known == cost)
                        _left += Money.Reserved - cost;
                    return Task.FromResult(known == cost ? !RefusesRepeats : TakesOtherFigures);
                }

                _settled.Add(id, cost);
                _left += Money.Reserved - cost;
                return Task.FromResult(true);
            }
        }
    }
}
