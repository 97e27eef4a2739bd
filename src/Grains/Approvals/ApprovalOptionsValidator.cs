using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Approvals;

/// <summary>Checks the bounds of human decisions at start.</summary>
public sealed class ApprovalOptionsValidator : IValidateOptions<ApprovalOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ApprovalOptions options)
    {
        List<string> faults = [];
        if (options.Lifetime < TimeSpan.FromMinutes(1) || options.Lifetime > ApprovalOptions.LifetimeMax)
            faults.Add($"GenOps:Approvals:Lifetime is {options.Lifetime}; set it from 00:01:00 to {ApprovalOptions.LifetimeMax}");
        if (options.PerAgentMax is < 1 or > 100_000)
            faults.Add($"GenOps:Approvals:PerAgentMax is {options.PerAgentMax}; set it from 1 to 100000");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
