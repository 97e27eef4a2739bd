using System.Net.Sockets;
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
    /// <exception cref="OperationCanceledException">It was asked to stop before it was up. Asked while it joins, it starts nevertheless.</exception>
    public static async Task StartNodeAsync(this WebApplication node, CancellationToken cancellationToken = default)
    {
        try
        {
            Make(node);
            foreach (var preparation in node.Services.GetServices<INodePreparation>())
                await preparation.PrepareAsync(cancellationToken);
        }
        catch (Exception error) when (Explain(error, node) is { } message)
        {
            throw new NodeStartException(message, error);
        }

        // A silo that is on its way into the cluster can't turn round: it is let in first, and then leaves in good order.
        using var patience = new CancellationTokenSource();
        await using var asked = cancellationToken.Register(
            () => patience.CancelAfter(node.Services.GetRequiredService<NodeOptions>().StopTimeout));
        try
        {
            await node.StartAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
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

    private static async Task StopAsync(WebApplication node)
    {
        try
        {
            await node.StopAsync(CancellationToken.None);
        }
        catch (InvalidOperationException) when (node.Services.GetRequiredService<ISiloStatusOracle>().CurrentStatus is not (SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping))
        {
            // Orleans' objection to stopping a silo that never came up.
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
