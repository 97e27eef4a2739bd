namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// One line of turns, first come first served, as each activation has it in a silo. The world decides which line goes
/// on next, so that every interleaving of lines comes from its seed.
/// </summary>
internal sealed class SimulatedThread(SimulatedWorld world) : TaskScheduler
{
    private readonly Queue<Task> _turns = new();
    private bool _isAwake;

    /// <summary>Whether its process has ended: what it had to do is never done.</summary>
    public bool IsDead { get; private set; }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Begins <paramref name="work"/> at one of the next turns. It must catch its own exceptions.</summary>
    public void Run(Func<Task> work) => _ = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this);

    /// <summary>Takes the next turn; false if none follows.</summary>
    public bool RunTurn()
    {
        if (_turns.TryDequeue(out var turn))
            TryExecuteTask(turn);
        return _isAwake = _turns.Count > 0;
    }

    public void Die()
    {
        IsDead = true;
        _turns.Clear();
    }

    protected override void QueueTask(Task task)
    {
        if (IsDead)
            return;

        if (!world.IsHere)
            world.Fail(new SimulationFailedException("something left the simulation's thread: the seed does not decide it\n" + Environment.StackTrace));
        _turns.Enqueue(task);
        if (!_isAwake)
        {
            _isAwake = true;
            world.Wake(this);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && !IsDead && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _turns];
}
