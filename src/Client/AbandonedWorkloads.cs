using System.Collections.Concurrent;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Releases, in the background, the ids that this client gave up on: a request that arrives late is then refused, and
/// one that was admitted holds no money. The attempts are bounded; what remains unresolved expires.
/// </summary>
internal sealed class AbandonedWorkloads(
    IGovernanceTransport transport, IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<AbandonedWorkloads> logger)
    : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<WorkloadId, Task> _pending = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Begins to release <paramref name="id"/> and returns.</summary>
    public void Release(AgentId agent, WorkloadId id, string reason)
    {
        if (_pending.Count >= options.Value.AbandonedMax || _stopping.IsCancellationRequested)
        {
            ClientLog.AbandonedTooMany(logger, id, _pending.Count);
            return;
        }

        ClientLog.Abandoning(logger, id);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_pending.TryAdd(id, ReleaseAsync(begin.Task, agent, id, reason, _stopping.Token)))
            begin.SetResult();
        else
            begin.SetCanceled(CancellationToken.None);
    }

    /// <summary>Ends when nothing is being released.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(_pending.Values);

    /// <summary>Lets what is on its way arrive, for as long as one attempt may take.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;

        try
        {
            await WhenIdleAsync().WaitAsync(options.Value.AttemptTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Each of them logs its own end below.
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await WhenIdleAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
            return;

        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task ReleaseAsync(Task begin, AgentId agent, WorkloadId id, string reason, CancellationToken cancellationToken)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (begin.IsCanceled)
            return;

        try
        {
            for (var failures = 0; ;)
            {
                try
                {
                    await transport.ReleaseAsync(agent, id, reason, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (Exception exception) when (
                    TransientFailure.Is(exception) && ++failures < options.Value.AbandonAttemptsMax && !cancellationToken.IsCancellationRequested)
                {
                    await Task.Delay(Backoff.After(options.Value, failures, exception), time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (ConflictException)
        {
            // Somebody reported figures for it: there is nothing to release, and nothing is lost.
        }
        catch (Exception exception)
        {
            ClientLog.AbandonFailed(logger, exception, id);
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }
}
