using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>One call to the control plane, tried with the same id until it is answered, cancelled or given up.</summary>
internal sealed class GovernanceCall(
    GenOpsClientOptions options, TimeProvider time, ILogger logger, WorkloadId workload, string name, string advice)
{
    private Exception? _last;

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether something was sent of which nobody knows what became.</summary>
    public bool OutcomeUnknown { get; private set; }

    /// <exception cref="GovernanceUnavailableException">No answer within <see cref="GenOpsClientOptions.GiveUpAfter"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(options.GiveUpAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            while (true)
            {
                Attempts++;
                try
                {
                    return await AttemptAsync(attempt, either.Token).ConfigureAwait(false);
                }
                catch (Exception exception) when (!either.IsCancellationRequested && TransientFailure.Is(exception))
                {
                    OutcomeUnknown = true;
                    _last = exception;
                }

                var delay = Backoff.After(options, Attempts, _last);
                if (time.GetElapsedTime(started) + delay >= options.GiveUpAfter)
                    throw Unavailable(started);

                ClientLog.Retrying(logger, name, workload, Attempts, delay.TotalMilliseconds, _last.Message);
                await Task.Delay(delay, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && TransientFailure.Is(exception))
        {
            OutcomeUnknown = true;
            throw new OperationCanceledException($"{name} of workload {workload} was cancelled by its caller", exception, cancellationToken);
        }
        catch (Exception exception) when (limit.IsCancellationRequested && TransientFailure.Is(exception))
        {
            OutcomeUnknown = true;
            _last ??= exception;
            throw Unavailable(started);
        }
    }

    /// <summary>Does not wait for an answer longer than it is wanted: a grain call can't be called back.</summary>
    private static async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var answer = attempt(cancellationToken);
        try
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What is no longer waited for may still fail; nobody else would look at it.
            if (!answer.IsCompleted)
            {
                _ = answer.ContinueWith(
                    static late => _ = late.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    private GovernanceUnavailableException Unavailable(long started) =>
        new(workload, name, Attempts, time.GetElapsedTime(started), advice, _last);
}
