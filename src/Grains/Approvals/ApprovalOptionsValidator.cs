using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Approvals;

/// <summary>Checks the bounds of human decisions at start.</summary>
public sealed class ApprovalOptionsValidator : IValidateOptions<ApprovalOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ApprovalOptions options) =>
        options.Lifetime < TimeSpan.FromMinutes(1) || options.Lifetime > ApprovalOptions.LifetimeMax
            ? ValidateOptionsResult.Fail($"GenOps:Approvals:Lifetime is {options.Lifetime}; set it from 00:01:00 to {ApprovalOptions.LifetimeMax}")
            : ValidateOptionsResult.Success;
}
