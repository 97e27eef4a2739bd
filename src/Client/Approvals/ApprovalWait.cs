using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>Waits for a person's decision by asking now and then: it may take days, and outlasts any connection.</summary>
internal sealed class ApprovalWait(
    IGovernanceTransport transport, GenOpsClientOptions options, TimeProvider time, ILogger logger, AgentId agent, ApprovalId approval)
{
    private const double DelayGrowth = 1.5;

    private Exception? _last;
    private int _attempts;

    /// <summary>
    /// Ends with the approval as soon as it is pending no more. While the control plane can't be reached it goes on for
    /// the approval's life, or for <see cref="GenOpsClientOptions.GiveUpAfter"/> if that was never learned.
    /// </summary>
    /// <param name="expiresAt">When the approval's life ends; null if that is not known yet.</param>
    /// <param name="cancellationToken">Ends the waiting; the approval stays as it is.</param>
    /// <exception cref="GovernanceUnavailableException">No answer in that time.</exception>
    public async Task<ApprovalView> UntilDecidedAsync(DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = options.ApprovalPollMin;
        var failures = 0;
        while (true)
        {
            var wait = pause;
            _attempts++;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var view = await Answer.WithinAsync(
                    transport.GetApprovalAsync(agent, approval, cancellationToken), options.AttemptTimeout, time, cancellationToken)
                    .ConfigureAwait(false);
                if (view.State != ApprovalState.Pending)
                    return view;

                failures = 0;
                expiresAt = view.Asked.ExpiresAt;
                pause = pause * DelayGrowth < options.ApprovalPollMax ? pause * DelayGrowth : options.ApprovalPollMax;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && TransientFailure.Is(exception))
            {
                _last = exception;
                if (IsOver(expiresAt, started))
                    throw Unavailable(started);
                if (++failures == 1)
                    ClientLog.ApprovalUnknown(logger, exception, approval);

                var backoff = Backoff.After(options, failures, exception);
                wait = backoff > options.ApprovalPollMin ? backoff : options.ApprovalPollMin;
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The end is the control plane's clock's, and this one may run ahead of it a little.</summary>
    private bool IsOver(DateTimeOffset? expiresAt, long started) =>
        expiresAt is { } end ? time.GetUtcNow() >= end + options.GiveUpAfter : time.GetElapsedTime(started) >= options.GiveUpAfter;

    private GovernanceUnavailableException Unavailable(long started) => new(
        new CallSubject(approval), "Waiting", _attempts, time.GetElapsedTime(started),
        "nobody knows what was decided, so the action must not run; make the same call again", _last);
}
