namespace GenOps.ControlPlane.Silo.Hosting;

/// <inheritdoc cref="IProcessExit"/>
internal sealed class ProcessExit(ILoggerFactory loggers) : IProcessExit
{
    private static readonly TimeSpan OrderlyMax = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public void End(int code, string reason)
    {
        // On threads of their own: the pool may be full of work that was waiting while the process was frozen.
        var orderly = new Thread(() =>
        {
            // Writes what the console has not written yet.
            loggers.Dispose();
            Environment.Exit(code);
        }) { IsBackground = true };
        var forced = new Thread(() =>
        {
            if (!orderly.Join(OrderlyMax))
                Environment.FailFast(reason);
        }) { IsBackground = true };
        orderly.Start();
        forced.Start();
    }
}
