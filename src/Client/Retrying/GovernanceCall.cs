using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>One call to the control plane, tried with the same id until it is answered, cancelled or given up.</summary>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where retries are logged.</param>
/// <param name="subject">What it is about.</param>
/// <param name="name">What it does, for messages.</param>
/// <param name="advice">What to do if it got no answer.</param>
/// <param name="giveUpAfter">How long it is tried instead of <see cref="GenOpsClientOptions.GiveUpAfter"/>.</param>
internal sealed class GovernanceCall(
    GenOpsClientOptions options, TimeProvider time, ILogger logger, CallSubject subject, string name, string advice,
    TimeSpan? giveUpAfter = null)
{
    private readonly TimeSpan _giveUpAfter = giveUpAfter ?? options.GiveUpAfter;
    private Exception? _last;

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether something was sent of which nobody knows what became.</summary>
    public bool OutcomeUnknown { get; private set; }

    /// <exception cref="GovernanceUnavailableException">No answer in time.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(_giveUpAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            while (true)
            {
                Attempts++;
                try
                {
                    return await Answer.UnlessCancelledAsync(attempt(either.Token), either.Token).ConfigureAwait(false);
                }
                catch (Exception exception) when (!either.IsCancellationRequested && TransientFailure.Is(exception))
                {
                    OutcomeUnknown = true;
                    _last = exception;
                }

                var delay = Backoff.After(options, Attempts, _last);
                if (time.GetElapsedTime(started) + delay >= _giveUpAfter)
                    throw Unavailable(started);

                ClientLog.Retrying(logger, name, subject, Attempts, delay.TotalMilliseconds, _last.Message);
                await Task.Delay(delay, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && TransientFailure.Is(exception))
        {
            OutcomeUnknown = true;
            throw new OperationCanceledException($"{name} of {subject} was cancelled by its caller", exception, cancellationToken);
        }
        catch (Exception exception) when (limit.IsCancellationRequested && TransientFailure.Is(exception))
        {
            OutcomeUnknown = true;
            _last ??= exception;
            throw Unavailable(started);
        }
    }

    private GovernanceUnavailableException Unavailable(long started) =>
        new(subject, name, Attempts, time.GetElapsedTime(started), advice, _last);
}
