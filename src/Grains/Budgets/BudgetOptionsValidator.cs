using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Checks the bounds of budgets at start.</summary>
public sealed class BudgetOptionsValidator : IValidateOptions<BudgetGrainOptions>, IValidateOptions<BudgetTreeOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BudgetGrainOptions options) => Result(
        Fault(nameof(options.EndedWorkloadsMax), options.EndedWorkloadsMax, 1, 10_000_000),
        Fault(nameof(options.ScopesPerMinuteMax), options.ScopesPerMinuteMax, 1, 1_000_000),
        Fault(nameof(options.ScopeMakersMax), options.ScopeMakersMax, 1, 10_000_000),
        Fault(nameof(options.ExpiriesPerTurnMax), options.ExpiriesPerTurnMax, 1, 100_000),
        Fault(nameof(options.DueAtOnceMax), options.DueAtOnceMax, 1, 1_000),
        options.DueInterval < TimeSpan.FromMilliseconds(10) || options.DueInterval > TimeSpan.FromMinutes(1)
            ? $"GenOps:Budgets:DueInterval is {options.DueInterval}; set it from 00:00:00.010 to 00:01:00"
            : null,
        options.LostSiloPause < TimeSpan.Zero || options.LostSiloPause > TimeSpan.FromHours(1)
            ? $"GenOps:Budgets:LostSiloPause is {options.LostSiloPause}; set it from 00:00:00 to 01:00:00"
            : null);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BudgetTreeOptions options) => Result(
        Fault(nameof(options.UnresolvedInMemoryMax), options.UnresolvedInMemoryMax, 1, 10_000_000),
        Fault(nameof(options.AdjustmentsMax), options.AdjustmentsMax, 1, 10_000_000));

    private static string? Fault(string option, int value, int least, int most) =>
        value < least || value > most ? $"GenOps:Budgets:{option} is {value}; set it from {least} to {most}" : null;

    private static ValidateOptionsResult Result(params string?[] faults)
    {
        var found = faults.OfType<string>().ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}
