using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Refuses ledger options that can't work, and says what to set instead.</summary>
public sealed class LedgerOptionsValidator : IValidateOptions<LedgerOptions>
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LedgerOptions options)
    {
        List<string> faults = [];
        Check(nameof(options.EntriesQueuedMax), options.EntriesQueuedMax, 1, 10_000_000);
        Check(nameof(options.EntriesQueuedPerTenantMax), options.EntriesQueuedPerTenantMax, 1, options.EntriesQueuedMax);
        Check(nameof(options.BytesQueuedMax), options.BytesQueuedMax, 64L << 10, 16L << 30);
        Check(nameof(options.AuthorityEntriesReserved), options.AuthorityEntriesReserved, 1, 100_000);
        Check(nameof(options.AuthorityBytesReserved), options.AuthorityBytesReserved, 64L << 10, 256L << 20);
        Check(nameof(options.EntriesPerBatchMax), options.EntriesPerBatchMax, 1, 100_000);
        Check(nameof(options.BytesPerBatchMax), options.BytesPerBatchMax, 64L << 10, 256L << 20);
        Check(nameof(options.CommitsAtOnceMax), options.CommitsAtOnceMax, 1, 8);
        Check(nameof(options.GatherMax), options.GatherMax, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        Check(nameof(options.AttemptTimeout), options.AttemptTimeout, TimeSpan.FromMilliseconds(10), options.CommitTimeout);
        Check(nameof(options.CommitTimeout), options.CommitTimeout, TimeSpan.FromMilliseconds(10), TenMinutes);
        Check(nameof(options.CommitAttemptsMax), options.CommitAttemptsMax, 1, 100);
        Check(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Check(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, TenMinutes);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string option, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
                faults.Add($"{nameof(LedgerOptions)}.{option} is {value}. Set it between {min} and {max}.");
        }
    }
}
