using System.Net.Sockets;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Starts a node, and says in its operator's words why it can't.</summary>
public static class NodeStart
{
    /// <summary>Starts silo and HTTP.</summary>
    /// <exception cref="NodeStartException">It can't start; the message says how to mend it.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop meanwhile, and did.</exception>
    public static async Task StartNodeAsync(this WebApplication node, CancellationToken cancellationToken = default)
    {
        try
        {
            Make(node);
            await PrepareAsync(node, cancellationToken);
        }
        catch (Exception error) when (Explain(error, node) is { } message)
        {
            throw new NodeStartException(message, error);
        }

        try
        {
            await node.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && node.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop before it had started: what has come up goes down in good order.
            await StopAsync(node);
            throw;
        }
        catch (Exception error) when (Explain(error, node) is { } message)
        {
            // The silo may be up already, and must leave its cluster in good order.
            await StopAsync(node);
            throw new NodeStartException(message, error);
        }
    }

    /// <summary>
    /// Checks the options and makes the parts, before the host does: it would log a page of stack trace, and can't stop
    /// parts that were never made.
    /// </summary>
    private static void Make(WebApplication node)
    {
        node.Services.GetService<IStartupValidator>()?.Validate();
        _ = node.Services.GetServices<IHostedService>().Count();
    }

    /// <summary>Before the host, for the same reason; and so before it answers signals, which is done here meanwhile.</summary>
    private static async Task PrepareAsync(WebApplication node, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        foreach (var preparation in node.Services.GetServices<INodePreparation>())
            await preparation.PrepareAsync(stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task StopAsync(WebApplication node)
    {
        try
        {
            await node.StopAsync(CancellationToken.None);
        }
        catch (InvalidOperationException) when (node.Services.GetRequiredService<ISiloStatusOracle>().CurrentStatus is SiloStatus.None or SiloStatus.Created)
        {
            // Orleans' objection to stopping a silo that never started.
        }
    }

    private static string? Explain(Exception error, WebApplication node)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case NodeStartException or DataDirectoryInUseException or OptionsValidationException or PostgresSchemaException:
                    return cause.Message;
                case NpgsqlException:
                    return DatabaseFault.Explain(cause, node.Services.GetRequiredService<PostgresDataSources>().Runtime);
                case IOException or UnauthorizedAccessException when node.Services.GetService<IOptions<PostgresOptions>>()?.Value is { } postgres && Secrets(postgres).Any():
                    return $"{PostgresOptions.Section}: a file with a secret can't be read ({cause.Message}); give the path of one that the node may read";
                case AddressInUseException:
                    return $"--urls: {error.Message} Give another address, or port 0 for any free one.";
                case SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return "--silo-port or --gateway-port: another program has just taken that port; give another, or 0 for any free one";
            }
        }

        return null;
    }

    private static IEnumerable<string> Secrets(PostgresOptions options) =>
        new[]
        {
            options.ConnectionStringFile, options.PasswordFile, options.MigrationConnectionStringFile, options.MigrationPasswordFile,
        }.Where(file => file.Length > 0 && !File.Exists(file));
}
