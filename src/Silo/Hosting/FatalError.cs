using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// What Orleans calls when a silo can't go on, such as when it finds itself dead in the membership table. Orleans' own
/// waits for two seconds, and writes a core file.
/// </summary>
internal sealed class FatalError(SelfStop stop) : IFatalErrorHandler
{
    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) =>
        stop.Begin(ExitCode.DeclaredDead, string.Join(": ", new[] { context, exception?.Message }.OfType<string>().DefaultIfEmpty("Orleans gave up")));
}
