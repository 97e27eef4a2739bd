using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>
/// Makes the key that the operator put into a file the bootstrap admin's, and ends the one before it. Every node with that
/// file does so, in any order and at once. A revoked key is said to be one and changes nothing else.
/// </summary>
/// <param name="path">The operator's file.</param>
/// <param name="keys">The admin keys.</param>
/// <param name="log">Told of a key that is of no use.</param>
internal sealed class GivenAdminKey(string path, AdminKeys keys, ILogger<GivenAdminKey> log) : IHostedLifecycleService
{
    private ApiKey? _key;

    /// <inheritdoc/>
    /// <exception cref="NodeStartException">The file holds no such key.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        const string option = $"{NodeOptions.Section}:{nameof(NodeOptions.AdminKeyFile)}";
        try
        {
            // The operator's file: its rights are the operator's business, and a mounted secret can't be changed anyway.
            _key = new AdminKeyFile(path) { IsOperators = true }.Read() is { Tenant.IsAll: true } key
                ? key
                : throw new NodeStartException($"{option}: '{path}' holds no admin key of all tenants; write the output of the subcommand new-key to it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"{option}: '{path}' can't be read ({error.Message}); let the node's user read it", error);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        KeyView? registered;
        try
        {
            registered = await keys.RegisterAsync(_key!, onlyFirst: false, cancellationToken);
        }
        catch (ConflictException error)
        {
            AccessLog.GivenKeyUseless(log, path, error.Message);
            return;
        }

        if (registered!.RevokedAt is { } revokedAt)
            AccessLog.GivenKeyUseless(log, path, FormattableString.Invariant($"the key {registered.Id} was revoked at {revokedAt:u}"));
        else
            await keys.RevokeOlderAsync(registered, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
