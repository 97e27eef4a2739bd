using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>An end of the process that is only written down.</summary>
internal sealed class RecordedExit : IProcessExit
{
    /// <summary>The exit codes that were asked for.</summary>
    public List<int> Codes { get; } = [];

    /// <inheritdoc/>
    public void End(int code, string reason) => Codes.Add(code);
}
