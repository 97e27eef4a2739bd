using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>Refuses bounds that can't work, and says what to set instead.</summary>
internal sealed class OverloadOptionsValidator : IValidateOptions<OverloadOptions>
{
    public ValidateOptionsResult Validate(string? name, OverloadOptions options)
    {
        List<string> faults = [];
        if (options.DecisionsAtOnceMax is < 16 or > 1_000_000)
            faults.Add($"GenOps:Overload:{nameof(options.DecisionsAtOnceMax)} is {options.DecisionsAtOnceMax}; set it from 16 to 1000000");
        if (options.DecisionsSharedMax is < 1 or > 1_000_000)
            faults.Add($"GenOps:Overload:{nameof(options.DecisionsSharedMax)} is {options.DecisionsSharedMax}; set it from 1 to 1000000");
        if (options.DecisionsPerTenantMin < 1 || options.DecisionsPerTenantMin > options.DecisionsAtOnceMax)
            faults.Add($"GenOps:Overload:{nameof(options.DecisionsPerTenantMin)} is {options.DecisionsPerTenantMin}; set it from 1 to {nameof(options.DecisionsAtOnceMax)} ({options.DecisionsAtOnceMax})");
        if (options.DecisionsWaitingMax is < 0 or > 1_000_000)
            faults.Add($"GenOps:Overload:{nameof(options.DecisionsWaitingMax)} is {options.DecisionsWaitingMax}; set it from 0 to 1000000");
        if (options.WaitMax < TimeSpan.FromMilliseconds(1) || options.WaitMax > TimeSpan.FromMinutes(1))
            faults.Add($"GenOps:Overload:{nameof(options.WaitMax)} is {options.WaitMax}; set it from 00:00:00.001 to 00:01:00");
        if (options.ShareFor < TimeSpan.Zero || options.ShareFor > TimeSpan.FromMinutes(1))
            faults.Add($"GenOps:Overload:{nameof(options.ShareFor)} is {options.ShareFor}; set it from 00:00:00 to 00:01:00");
        if (options.RetryAfter < TimeSpan.FromMilliseconds(1) || options.RetryAfter > TimeSpan.FromMinutes(1))
            faults.Add($"GenOps:Overload:{nameof(options.RetryAfter)} is {options.RetryAfter}; set it from 00:00:00.001 to 00:01:00");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
