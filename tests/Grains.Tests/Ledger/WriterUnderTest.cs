using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>A writer over the simulated store, stepped by hand on the test's own thread.</summary>
internal sealed class WriterUnderTest
{
    private const int StepsMax = 100_000;

    public WriterUnderTest(LedgerOptions? options = null, int seed = 1, double faultRate = 0, SimulatedDisk? disk = null, FakeTimeProvider? clock = null)
    {
        // With one, what follows an answer would run elsewhere and at any time.
        SynchronizationContext.SetSynchronizationContext(null);
        Clock = clock ?? new FakeTimeProvider(TestStream.Start);
        Disk = disk ?? new SimulatedDisk();
        Store = new SimulatedLedgerStore(Disk, seed, faultRate);
        Writer = new LedgerWriter(Store, Options.Create(options ?? new LedgerOptions()), Clock, NullLogger<LedgerWriter>.Instance);
    }

    public FakeTimeProvider Clock { get; }

    public SimulatedDisk Disk { get; }

    public SimulatedLedgerStore Store { get; }

    public LedgerWriter Writer { get; }

    public Task<Epoch> Append(params StreamAppend[] appends) => Writer.AppendAllAsync(appends);

    /// <summary>Appends what is refused at once, in the call and not in its task.</summary>
    public TException Refused<TException>(params StreamAppend[] appends)
        where TException : Exception
    {
        Task<Epoch> task;
        try
        {
            task = Append(appends);
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new InvalidOperationException($"not refused: {task.Status}");
    }

    /// <summary>Lets everything that is under way arrive, and time pass where the writer waits, until the tasks are done.</summary>
    public void Finish(params IEnumerable<Task> tasks)
    {
        var all = tasks.ToList();
        for (var step = 0; all.Exists(task => !task.IsCompleted); step++)
        {
            Assert.True(step < StepsMax, "the writer hangs");
            if (!Store.Step())
                Clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    public LedgerException FailureOf(Task task)
    {
        Finish(task);
        return Assert.IsAssignableFrom<LedgerException>(task.Exception?.InnerException);
    }
}
