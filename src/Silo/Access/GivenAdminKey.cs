using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>
/// Makes the key that the operator put into a file the bootstrap admin's, and ends the one before it. Every node with that
/// file does so, in any order and at once. A revoked key is said to be one and changes nothing else.
/// </summary>
internal sealed class GivenAdminKey : IHostedService
{
    private readonly string _path;
    private readonly ApiKey _key;
    private readonly AdminKeys _keys;
    private readonly ILogger<GivenAdminKey> _log;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The operator's file.</param>
    /// <param name="keys">The admin keys.</param>
    /// <param name="log">Told of a key that is of no use.</param>
    /// <exception cref="NodeStartException">The file holds no such key.</exception>
    public GivenAdminKey(string path, AdminKeys keys, ILogger<GivenAdminKey> log)
    {
        (_path, _keys, _log) = (path, keys, log);
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
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        KeyView? registered;
        try
        {
            registered = await _keys.RegisterAsync(_key, onlyFirst: false, cancellationToken);
        }
        catch (ConflictException error)
        {
            AccessLog.GivenKeyUseless(_log, _path, error.Message);
            return;
        }

        if (registered!.RevokedAt is { } revokedAt)
            AccessLog.GivenKeyUseless(_log, _path, FormattableString.Invariant($"the key {registered.Id} was revoked at {revokedAt:u}"));
        else
            await _keys.RevokeOlderAsync(registered, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
