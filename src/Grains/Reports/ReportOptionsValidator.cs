using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Reports;

/// <summary>Checks the bounds of reports at start.</summary>
public sealed class ReportOptionsValidator : IValidateOptions<ReportOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ReportOptions options)
    {
        List<string> faults = [];
        Check(nameof(options.EntriesMax), options.EntriesMax, 1_000, 1_000_000_000);
        Check(nameof(options.ConcurrentMax), options.ConcurrentMax, 1, 64);
        Check(nameof(options.WorkloadsMax), options.WorkloadsMax, 1_000, 100_000_000);
        Check(nameof(options.ValuesMax), options.ValuesMax, 1_000, 10_000_000);
        Check(nameof(options.BudgetsMax), options.BudgetsMax, 1, 100_000);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string option, long value, long least, long most)
        {
            if (value < least || value > most)
                faults.Add($"GenOps:Reports:{option} is {value}; set it from {least} to {most}");
        }
    }
}
