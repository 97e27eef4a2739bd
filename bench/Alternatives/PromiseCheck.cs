using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>
/// Whether an alternative keeps what all of them promise, many asking at once: never more than the limit, the first answer
/// to a repeat, and every hold settled once. One that does not is no alternative, and is not measured.
/// </summary>
internal static class PromiseCheck
{
    private const int Holds = 16;
    private const int Callers = 64;

    // What all holds leave when each is settled for less.
    private const int HoldsAgain = (int)(Holds * (Money.Reserved - Money.Spent) / Money.Reserved);

    /// <summary>Checks.</summary>
    /// <exception cref="BenchException">A promise is not kept; the message says which, and of whom.</exception>
    public static async Task RunAsync(IAlternative alternative, CancellationToken cancellationToken)
    {
        if (await alternative.LimitAsync(Holds, cancellationToken) is not { } budget)
            return;

        WorkloadId[] asked = [.. Enumerable.Range(0, Callers).Select(_ => WorkloadId.New(TimeProvider.System.GetUtcNow()))];
        var first = await EachAsync(asked, id => budget.TryReserveAsync(id, cancellationToken));
        Require(Count(first) == Holds, $"of {Callers} that asked at once for room for {Holds}, {Count(first)} were allowed");
        var again = await EachAsync(asked, id => budget.TryReserveAsync(id, cancellationToken));
        Require(again.SequenceEqual(first), "a repeat was answered otherwise than the first time");

        WorkloadId[] held = [.. asked.Where((_, index) => first[index])];
        WorkloadId[] twice = [.. held, .. held];
        var settled = await EachAsync(twice, id => budget.TryReconcileAsync(id, otherwise: false, cancellationToken));
        Require(settled.All(one => one), "a hold was not settled, or the repeat of its settlement was refused");
        var otherwise = await EachAsync(held, id => budget.TryReconcileAsync(id, otherwise: true, cancellationToken));
        Require(!otherwise.Any(one => one), "a settled hold was settled again, for another amount");
        var refused = await EachAsync(asked.Except(held), id => budget.TryReconcileAsync(id, otherwise: false, cancellationToken));
        Require(!refused.Any(one => one), "a request that was refused was settled");

        var later = await EachAsync(
            Enumerable.Range(0, Callers).Select(_ => WorkloadId.New(TimeProvider.System.GetUtcNow())), id => budget.TryReserveAsync(id, cancellationToken));
        Require(Count(later) == HoldsAgain, $"settling left room for {HoldsAgain} more, and {Count(later)} were allowed");

        void Require(bool isKept, string otherwiseSay)
        {
            if (!isKept)
                throw new BenchException($"{alternative.Name} does not keep what it promises: {otherwiseSay}");
        }
    }

    private static Task<bool[]> EachAsync(IEnumerable<WorkloadId> ids, Func<WorkloadId, Task<bool>> ask) =>
        Task.WhenAll(ids.Select(id => Task.Run(() => ask(id))));

    private static int Count(bool[] answers) => answers.Count(answer => answer);
}
