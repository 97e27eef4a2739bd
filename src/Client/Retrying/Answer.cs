namespace GenOps.ControlPlane.Client;

/// <summary>Waits for the answer to a grain call, which can't be called back, no longer than it is wanted.</summary>
internal static class Answer
{
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public static Task<T> UnlessCancelledAsync<T>(Task<T> answer, CancellationToken cancellationToken) =>
        WithinAsync(answer, Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <exception cref="TimeoutException">It did not come within <paramref name="limit"/>.</exception>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public static async Task<T> WithinAsync<T>(Task<T> answer, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
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
}
