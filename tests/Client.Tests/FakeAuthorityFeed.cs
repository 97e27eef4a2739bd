using System.Collections.Concurrent;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>The feed of authority changes as the control plane has it: a question is answered by a change, or after 10 s.</summary>
internal sealed class FakeAuthorityFeed(TimeProvider time)
{
    private readonly Lock _gate = new();
    private Epoch _epoch = new(7);
    private Exception? _failure;
    private bool _isHanging;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it was asked with, in order.</summary>
    public ConcurrentQueue<Epoch?> Asked { get; } = [];

    /// <summary>Ends as soon as a question waits for a change, or one has failed.</summary>
    public Task WhenAskedAsync()
    {
        lock (_gate)
            return _asked.Task;
    }

    /// <summary>Authority changed.</summary>
    public void Announce(long epoch)
    {
        lock (_gate)
        {
            _epoch = new Epoch(epoch);
            Wake();
        }
    }

    /// <summary>The connection is lost, until <see cref="Mend"/>.</summary>
    public void Break(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            Wake();
        }
    }

    /// <summary>Questions get no answer at all from now on, until <see cref="Mend"/>.</summary>
    public void Hang()
    {
        lock (_gate)
            _isHanging = true;
    }

    /// <summary>The connection is back. What changed meanwhile is not told.</summary>
    public void Mend(long epoch)
    {
        lock (_gate)
        {
            _failure = null;
            _isHanging = false;
            _epoch = new Epoch(epoch);
        }
    }

    public async Task<Epoch> WaitAsync(Epoch? after)
    {
        Asked.Enqueue(after);
        Task changed;
        var limit = TimeSpan.FromSeconds(3);
        lock (_gate)
        {
            if (_failure is { } failure)
            {
                _asked.TrySetResult();
                throw failure;
            }

            if (after != _epoch && !_isHanging)
                return _epoch;

            changed = _changed.Task;
            limit = _isHanging ? Timeout.InfiniteTimeSpan : limit;
            _asked.TrySetResult();
        }

        await changed.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            return _failure is { } failure ? throw failure : _epoch;
    }

    private void Wake()
    {
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
