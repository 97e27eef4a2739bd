using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>Checks the bounds of the index at start.</summary>
public sealed class DelegationIndexOptionsValidator : IValidateOptions<DelegationIndexOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DelegationIndexOptions options)
    {
        List<string> faults = [];
        Check(nameof(options.TenantsMax), options.TenantsMax, 100_000);
        Check(nameof(options.EntriesPerPageMax), options.EntriesPerPageMax, 100_000);
        Check(nameof(options.AskedAtOnceMax), options.AskedAtOnceMax, 1_000);
        Check(nameof(options.BudgetsMax), options.BudgetsMax, 1_000_000);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string option, int value, int most)
        {
            if (value < 1 || value > most)
                faults.Add($"GenOps:Authority:{option} is {value}; set it from 1 to {most}");
        }
    }
}
