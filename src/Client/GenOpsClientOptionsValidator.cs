using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>Says what is wrong with the settings, all at once, and how to mend it.</summary>
internal sealed class GenOpsClientOptionsValidator : IValidateOptions<GenOpsClientOptions>
{
    private const int GatewaysMax = 64;

    public ValidateOptionsResult Validate(string? name, GenOpsClientOptions options)
    {
        var faults = new List<string>();
        CheckNames(options, faults);
        CheckGateways(options, faults);
        CheckKey(options, faults);
        CheckTimes(options, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckNames(GenOpsClientOptions options, List<string> faults)
    {
        if (!NameSyntax.IsValid(options.Tenant))
            faults.Add($"Tenant is required: set it to the tenant's name, which is {NameSyntax.Rule}");
        if (options.Agent is { } agent && !NameSyntax.IsValid(agent))
            faults.Add($"Agent '{agent}' is not a name: use {NameSyntax.Rule}, or leave it out and name the agent with each workload");
        if (string.IsNullOrWhiteSpace(options.ClusterId) || string.IsNullOrWhiteSpace(options.ServiceId))
            faults.Add("ClusterId and ServiceId must be those of the control plane; its default is genops for both");
        if (options.DefaultAttribution is { } attribution)
        {
            CheckText(attribution.Team, "Team", required: true, faults);
            CheckText(attribution.Project, "Project", required: true, faults);
            CheckText(attribution.Environment, "Environment", required: true, faults);
            CheckText(attribution.CustomerId, "CustomerId", required: false, faults);
            CheckText(attribution.Feature, "Feature", required: false, faults);
            CheckText(attribution.SessionId, "SessionId", required: false, faults);
            CheckText(attribution.CostCenter, "CostCenter", required: false, faults);
        }
    }

    private static void CheckText(string? text, string field, bool required, List<string> faults)
    {
        try
        {
            if (required)
                WorkloadRequestRules.RequireText(text, $"DefaultAttribution.{field}");
            else
                WorkloadRequestRules.RequireOptional(text, $"DefaultAttribution.{field}");
        }
        catch (InvalidRequestException fault)
        {
            faults.Add(fault.Message);
        }
    }

    private static void CheckGateways(GenOpsClientOptions options, List<string> faults)
    {
        if (options.Gateways is null || options.Gateways.Count > GatewaysMax)
            faults.Add($"Gateways must have at most {GatewaysMax} entries; one host name may stand for many addresses");
        else
        {
            foreach (var gateway in options.Gateways)
            {
                if (!GatewayEndpoint.TryParse(gateway, out _))
                    faults.Add($"Gateways: '{gateway}' must be host:port, such as {GenOpsClientOptions.GatewayDefault} or [::1]:30000");
            }
        }
    }

    private static void CheckKey(GenOpsClientOptions options, List<string> faults)
    {
        if (options.ApiKey is null == options.ApiKeyFile is null)
        {
            faults.Add("set either ApiKey or ApiKeyFile: the gateway takes no connection without a key");
        }
        else if (options.ApiKeyFile is { } file)
        {
            if (!File.Exists(file))
                faults.Add($"ApiKeyFile: there is no file '{file}'; write the API key into it, and let this process read it");
        }
        else if (!Access.ApiKey.TryParse(options.ApiKey, out var key))
        {
            faults.Add("ApiKey is not a key: it looks like gok-TENANT.ID.SECRET, as it was shown when the key was made");
        }
        else if (!key.Tenant.IsAll && key.Tenant.Value != options.Tenant)
        {
            faults.Add($"ApiKey is a key of the tenant {key.Tenant}, and Tenant is '{options.Tenant}': use a key of that tenant");
        }
    }

    private static void CheckTimes(GenOpsClientOptions options, List<string> faults)
    {
        if (options.Ttl < TimeSpan.FromSeconds(1) || options.Ttl > TimeSpan.FromSeconds(WorkloadRequest.TtlSecondsMax)
            || options.Ttl.Ticks % TimeSpan.TicksPerSecond != 0)
            faults.Add($"Ttl is {options.Ttl}: it must be whole seconds from 00:00:01 to 24:00:00");
        CheckRange(options.AttemptTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60), nameof(options.AttemptTimeout), faults);
        CheckRange(options.GiveUpAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), nameof(options.GiveUpAfter), faults);
        CheckRange(options.RetryDelayMin, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(options.RetryDelayMin), faults);
        CheckRange(options.RetryDelayMax, options.RetryDelayMin, TimeSpan.FromMinutes(1), nameof(options.RetryDelayMax), faults);
        CheckRange(options.HoldMax, options.Ttl, TimeSpan.FromDays(30), nameof(options.HoldMax), faults);
        CheckRange(options.HandshakeTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60), nameof(options.HandshakeTimeout), faults);
        CheckRange(options.GatewayRefresh, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(options.GatewayRefresh), faults);
        CheckRange(options.GatewaySilenceMax, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(60), nameof(options.GatewaySilenceMax), faults);
        CheckRange(options.GatewaySpreadDelay, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(options.GatewaySpreadDelay), faults);
        CheckRange(options.ApprovalPollMin, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(options.ApprovalPollMin), faults);
        CheckRange(options.ApprovalPollMax, options.ApprovalPollMin, TimeSpan.FromMinutes(10), nameof(options.ApprovalPollMax), faults);
        CheckRange(options.AuthorityFeedTimeout, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(30), nameof(options.AuthorityFeedTimeout), faults);
        CheckRange(options.RevocationRoundDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(options.RevocationRoundDelay), faults);
        CheckRange(options.RevocationIdle, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(options.RevocationIdle), faults);
        if (options.RevocationCallsMax is < 1 or > 64)
            faults.Add($"RevocationCallsMax is {options.RevocationCallsMax}: it must be from 1 to 64");
        if (options.GiveUpAfter < options.AttemptTimeout)
            faults.Add($"GiveUpAfter ({options.GiveUpAfter}) must not be below AttemptTimeout ({options.AttemptTimeout}): raise the first or lower the second");
        if (!(options.RenewAt >= 0.1 && options.RenewAt <= 0.9))
            faults.Add($"RenewAt is {options.RenewAt}: it must be from 0.1 to 0.9, a part of Ttl");
        if (options.AbandonAttemptsMax is < 1 or > 100)
            faults.Add($"AbandonAttemptsMax is {options.AbandonAttemptsMax}: it must be from 1 to 100");
        if (options.AbandonedMax is < 1 or > 100_000)
            faults.Add($"AbandonedMax is {options.AbandonedMax}: it must be from 1 to 100000");
    }

    private static void CheckRange(TimeSpan value, TimeSpan least, TimeSpan most, string field, List<string> faults)
    {
        if (value < least || value > most)
            faults.Add($"{field} is {value}: it must be from {least} to {most}");
    }
}
