using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Refuses grain storage options that can't work, and says what to set instead.</summary>
internal sealed class GrainStorageOptionsValidator : IValidateOptions<GrainStorageOptions>
{
    private static readonly TimeSpan BusyTimeoutMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyTimeoutMax = TimeSpan.FromSeconds(60);

    public ValidateOptionsResult Validate(string? name, GrainStorageOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DatabasePath))
            return ValidateOptionsResult.Fail($"{nameof(GrainStorageOptions)}.{nameof(options.DatabasePath)} is empty. Set it to a file in the data folder, such as data/snapshots.db.");

        var folder = Path.GetDirectoryName(Path.GetFullPath(options.DatabasePath));
        if (!Directory.Exists(folder))
            return ValidateOptionsResult.Fail($"{nameof(GrainStorageOptions)}.{nameof(options.DatabasePath)} names a file in '{folder}', which doesn't exist. Create the folder or choose another.");

        if (options.BusyTimeout < BusyTimeoutMin || options.BusyTimeout > BusyTimeoutMax)
            return ValidateOptionsResult.Fail($"{nameof(GrainStorageOptions)}.{nameof(options.BusyTimeout)} is {options.BusyTimeout.TotalMilliseconds} ms. Set it between {BusyTimeoutMin.TotalMilliseconds} and {BusyTimeoutMax.TotalMilliseconds} ms.");

        return ValidateOptionsResult.Success;
    }
}
