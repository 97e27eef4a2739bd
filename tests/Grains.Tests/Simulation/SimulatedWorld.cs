using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// Everything that happens, one thing at a time on one real thread: a turn of an actor, the arrival of a message, a
/// step of a database. The seed chooses which comes next. Continuations that leave their scheduler on purpose (the
/// writer's) run at once where the store's answer arrives, which is outside of every scheduler; nothing reaches the
/// thread pool, so a seed gives the same run every time.
/// </summary>
internal sealed class SimulatedWorld
{
    /// <summary>An ordinary day; the evening before Europe's clocks are set back; the evening of a year.</summary>
    private static readonly DateTimeOffset[] Starts =
    [
        new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero), new(2026, 10, 24, 20, 0, 0, TimeSpan.Zero), new(2026, 12, 31, 16, 0, 0, TimeSpan.Zero),
    ];

    private int _number;
    private readonly List<SimulatedThread> _ready = [];
    private readonly List<(string Label, Action Arrive)> _messages = [];
    private readonly List<SimulatedLedgerStore> _stores = [];
    private readonly List<ITimer> _timers = [];
    private int? _thread;

    public SimulatedWorld(int seed)
    {
        Random = new Random(seed);
        Clock = new FakeTimeProvider(Starts[seed % Starts.Length]);
    }

    public Random Random { get; }

    /// <summary>A number that nothing else in this world has.</summary>
    public int NextNumber() => ++_number;

    public FakeTimeProvider Clock { get; }

    /// <summary>How many things have happened.</summary>
    public int Steps { get; private set; }

    /// <summary>The most that may happen; beyond it the world hangs.</summary>
    public int StepsMax { get; set; } = 500_000;

    /// <summary>Messages that wait, by label.</summary>
    public Predicate<string> Holds { get; set; } = _ => false;

    /// <summary>Stores that do not go on.</summary>
    public HashSet<SimulatedLedgerStore> Frozen { get; } = [];

    /// <summary>What else may happen before a step.</summary>
    public Action? Chaos { get; set; }

    /// <summary>The first thing that must not have happened.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether the caller is on the world's one real thread.</summary>
    public bool IsHere => _thread is null || _thread == Environment.CurrentManagedThreadId;

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    public void Fail(Exception failure) => Failure ??= failure;

    /// <summary>
    /// Keeps a timer of a process that may die from being collected: then it would leave the clock at an instant that the
    /// seed does not decide, and what is due at the same time would change its order. What its owner does to it when that
    /// is collected is up to <see cref="KeptTimer"/>.
    /// </summary>
    public void Keep(ITimer timer) => _timers.Add(timer);

    public void Add(SimulatedLedgerStore store) => _stores.Add(store);

    public void Remove(SimulatedLedgerStore store) => _stores.Remove(store);

    public void Send(string label, Action arrive) => _messages.Add((label, arrive));

    /// <summary>The messages on their way with such a label are lost.</summary>
    public void Lose(Predicate<string> label) => _messages.RemoveAll(message => label(message.Label));

    public void Wake(SimulatedThread thread) => _ready.Add(thread);

    /// <summary>Completes at any later step.</summary>
    public Task DelayAsync(string label)
    {
        var arrived = new TaskCompletionSource();
        Send(label, arrived.SetResult);
        return arrived.Task;
    }

    /// <summary>Goes on until <paramref name="done"/>. When nothing is left to happen, time passes.</summary>
    public void Run(Func<bool> done)
    {
        _thread ??= Environment.CurrentManagedThreadId;
        while (!done())
        {
            if (Failure is { } failure)
                throw new SimulationFailedException(failure.Message, failure);
            if (++Steps > StepsMax)
                throw new SimulationFailedException($"it hangs: nothing ends after {StepsMax} steps");

            Chaos?.Invoke();
            if (!Step())
                Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(1, 100)));
            else if (Random.Next(64) == 0)
                Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(1, 20)));
        }

        if (Failure is { } last)
            throw new SimulationFailedException(last.Message, last);
    }

    /// <summary>Goes on until <paramref name="task"/> has ended.</summary>
    public void Finish(Task task) => Run(() => task.IsCompleted);

    /// <summary>Goes on until nothing more happens without time passing.</summary>
    public void Settle()
    {
        var idle = false;
        var chaos = Chaos;
        Chaos = null;
        while (!idle)
        {
            if (++Steps > StepsMax)
                throw new SimulationFailedException($"it hangs: nothing ends after {StepsMax} steps");
            idle = !Step();
        }

        Chaos = chaos;
    }

    private bool Step()
    {
        _ready.RemoveAll(thread => thread.IsDead);
        var messages = 0;
        foreach (var (label, _) in _messages)
        {
            if (!Holds(label))
                messages++;
        }

        var stores = 0;
        foreach (var store in _stores)
        {
            if (store.UnderWay > 0 && !Frozen.Contains(store))
                stores++;
        }

        var total = _ready.Count + messages + stores;
        if (total == 0)
            return false;

        var chosen = Random.Next(total);
        if (chosen < _ready.Count)
        {
            // A line that still has turns stays where it is; one that woke up meanwhile stands behind.
            var thread = _ready[chosen];
            if (!thread.RunTurn())
                _ready.Remove(thread);
            return true;
        }

        chosen -= _ready.Count;
        if (chosen < messages)
        {
            for (var index = 0; ; index++)
            {
                if (Holds(_messages[index].Label) || chosen-- > 0)
                    continue;

                var arrive = _messages[index].Arrive;
                _messages.RemoveAt(index);
                arrive();
                return true;
            }
        }

        chosen -= messages;
        foreach (var store in _stores)
        {
            if (store.UnderWay > 0 && !Frozen.Contains(store) && chosen-- == 0)
            {
                store.Step();
                return true;
            }
        }

        throw new InvalidOperationException("nothing was chosen");
    }
}
