using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>Asks a process to end, which .NET can't do by itself: it can only kill.</summary>
internal static class NodeSignal
{
    private const int Sigterm = 15;

    /// <summary>Sends SIGTERM. On Windows there is none: the process is killed, which its ledger survives.</summary>
    public static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill();
        else if (Kill(process.Id, Sigterm) != 0 && !process.HasExited)
            process.Kill();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
