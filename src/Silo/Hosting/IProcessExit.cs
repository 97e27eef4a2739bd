namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>The end of the process.</summary>
internal interface IProcessExit
{
    /// <summary>Ends it soon, whatever still runs. Returns at once.</summary>
    /// <param name="code">Its exit code, one of <see cref="ExitCode"/>.</param>
    /// <param name="reason">The last thing that it says.</param>
    void End(int code, string reason);
}
