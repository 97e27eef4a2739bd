using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Refuses ledger options that can't work, and says what to set instead.</summary>
internal sealed class SqliteLedgerOptionsValidator : IValidateOptions<SqliteLedgerOptions>
{
    private static readonly TimeSpan BusyTimeoutMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyTimeoutMax = TimeSpan.FromSeconds(60);

    public ValidateOptionsResult Validate(string? name, SqliteLedgerOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DatabasePath))
            return Fail($"{nameof(options.DatabasePath)} is empty. Set it to a file in the data folder, such as data/ledger.db.");

        var folder = Path.GetDirectoryName(Path.GetFullPath(options.DatabasePath));
        if (!Directory.Exists(folder))
            return Fail($"{nameof(options.DatabasePath)} names a file in '{folder}', which doesn't exist. Create the folder or choose another.");

        if (options.BusyTimeout < BusyTimeoutMin || options.BusyTimeout > BusyTimeoutMax)
            return Fail($"{nameof(options.BusyTimeout)} is {options.BusyTimeout.TotalMilliseconds} ms. Set it between {BusyTimeoutMin.TotalMilliseconds} and {BusyTimeoutMax.TotalMilliseconds} ms.");

        if (options.ReadConnectionsMax is < 1 or > 64)
            return Fail($"{nameof(options.ReadConnectionsMax)} is {options.ReadConnectionsMax}. Set it between 1 and 64.");

        if (options.PageEntriesMax is < 1 or > 100_000)
            return Fail($"{nameof(options.PageEntriesMax)} is {options.PageEntriesMax}. Set it between 1 and 100,000.");

        return ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult Fail(string why) => ValidateOptionsResult.Fail($"{nameof(SqliteLedgerOptions)}.{why}");
}
