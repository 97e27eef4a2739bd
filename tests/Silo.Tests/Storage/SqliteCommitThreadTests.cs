using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteCommitThreadTests
{
    private const int Commits = 1_000;

    [Fact]
    public async Task CommitAsync_AloneAndInBatchesMixed_RunsOneAtATimeInOrder()
    {
        var (running, most) = (0, 0);
        List<IReadOnlyList<IReadOnlyList<StreamAppend>>> ran = [];
        using var commits = new SqliteCommitThread(batch =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            ran.Add(batch);
            Interlocked.Decrement(ref running);
            return Committed(batch);
        });

        IReadOnlyList<IReadOnlyList<StreamAppend>>[] batches = [.. Enumerable.Range(0, Commits).Select(number => Batch(1 + number % 2))];
        await Task.WhenAll(batches.Select(batch => commits.CommitAsync(batch, CancellationToken.None)));

        Assert.Equal(1, most);
        Assert.Equal(batches, ran);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Dispose_FromWhatFollowsACommit_Returns(int appends)
    {
        var commits = new SqliteCommitThread(Committed);

#pragma warning disable xUnit1030 // What follows must run where the commit ended, not back on the test's own context.
        await commits.CommitAsync(Batch(appends), CancellationToken.None).ConfigureAwait(false);
#pragma warning restore xUnit1030
        commits.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => commits.CommitAsync(Batch(appends), CancellationToken.None));
    }

    [Fact]
    public async Task Dispose_WithWorkQueued_FinishesItFirst()
    {
        using var began = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var commits = new SqliteCommitThread(batch =>
        {
            began.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            return Committed(batch);
        });
        var first = commits.CommitAsync(Batch(1), CancellationToken.None);
        began.Wait(TestContext.Current.CancellationToken);
        var second = commits.CommitAsync(Batch(1), CancellationToken.None);
        var third = commits.CommitAsync(Batch(2), CancellationToken.None);

        var disposing = Task.Run(commits.Dispose, TestContext.Current.CancellationToken);
        goOn.Set();
        await disposing;

        Assert.Equal([1, 1, 2], (await Task.WhenAll(first, second, third)).Select(commit => commit.Outcomes.Length));
    }

    [Fact]
    public async Task CommitAsync_WhenTheCommitFails_FailsOnlyItsOwnCaller()
    {
        using var commits = new SqliteCommitThread(batch => batch.Count == 1 ? throw new InvalidOperationException("no") : Committed(batch));

        await Assert.ThrowsAsync<InvalidOperationException>(() => commits.CommitAsync(Batch(1), CancellationToken.None));
        var commit = await commits.CommitAsync(Batch(2), CancellationToken.None);

        Assert.Equal(2, commit.Outcomes.Length);
    }

    private static IReadOnlyList<IReadOnlyList<StreamAppend>> Batch(int appends) =>
        [.. Enumerable.Range(0, appends).Select(_ => Array.Empty<StreamAppend>())];

    private static LedgerCommit Committed(IReadOnlyList<IReadOnlyList<StreamAppend>> batch) =>
        new(new Epoch(0), [.. Enumerable.Repeat(AppendOutcome.Accepted, batch.Count)]);
}
