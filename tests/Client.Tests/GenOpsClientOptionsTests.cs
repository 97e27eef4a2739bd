using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class GenOpsClientOptionsTests
{
    private static readonly GenOpsClientOptionsValidator Validator = new();

    public static TheoryData<string> Faults { get; } =
    [
        "Tenant", "Agent", "Gateways", "ApiKey", "ApiKeyFile", "either", "ApiKey is a key of the tenant other", "DefaultAttribution.Team",
        "Ttl", "AttemptTimeout", "GiveUpAfter", "RetryDelayMin", "RetryDelayMax", "RenewAt", "HoldMax", "AbandonAttemptsMax",
        "AbandonedMax", "HandshakeTimeout", "GatewayRefresh", "ClusterId", "ApprovalPollMin", "ApprovalPollMax",
        "AuthorityFeedTimeout", "RevocationRoundDelay", "RevocationCallsMax", "RevocationIdle",
        "GatewaySilenceMax", "GatewaySpreadDelay",
    ];

    [Fact]
    public void Options_Defaults_AreValidWithTenantAndKey()
    {
        var options = Good();

        Assert.True(Validator.Validate(null, options).Succeeded);
        Assert.Equal(TimeSpan.FromSeconds(120), options.Ttl);
        Assert.Equal(TimeSpan.FromSeconds(3), options.AttemptTimeout);
        Assert.Equal(TimeSpan.FromSeconds(15), options.GiveUpAfter);
        Assert.Equal(TimeSpan.FromSeconds(3), options.GatewayRefresh);
        Assert.Equal(TimeSpan.FromSeconds(2), options.GatewaySilenceMax);
        Assert.Equal(TimeSpan.FromSeconds(10), options.GatewaySpreadDelay);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.RetryDelayMax);
        Assert.True(options.GatewayDiscovery);
        Assert.Equal(TimeSpan.FromSeconds(1), options.ApprovalPollMin);
        Assert.Equal(TimeSpan.FromSeconds(5), options.ApprovalPollMax);
        Assert.Equal(TimeSpan.FromSeconds(5), options.AuthorityFeedTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.RevocationRoundDelay);
        Assert.Equal(8, options.RevocationCallsMax);
        Assert.Equal(TimeSpan.FromSeconds(30), options.RevocationIdle);
        Assert.True(options.ThrowOnRefusal);
        Assert.Equal(["127.0.0.1:30000"], GatewayList.Names(options));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Options_Fault_IsNamed(string fault)
    {
        var options = Good();
        Break(options, fault);

        var result = Validator.Validate(null, options);

        Assert.True(result.Failed);
        Assert.Contains(result.Failures!, message => message.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1:30000", "127.0.0.1", 30000)]
    [InlineData("genops.internal:1", "genops.internal", 1)]
    [InlineData("[::1]:30000", "::1", 30000)]
    public void GatewayEndpoint_HostAndPort_AreRead(string text, string host, int port)
    {
        Assert.True(GatewayEndpoint.TryParse(text, out var endpoint));
        Assert.Equal(new GatewayEndpoint(host, port), endpoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("genops")]
    [InlineData(":30000")]
    [InlineData("genops:0")]
    [InlineData("genops:65536")]
    [InlineData("::1:30000")]
    [InlineData("a b:30000")]
    [InlineData(null)]
    public void GatewayEndpoint_AnythingElse_IsRefused(string? text) => Assert.False(GatewayEndpoint.TryParse(text, out _));

    private static GenOpsClientOptions Good() => new() { Tenant = "acme", ApiKey = ApiKey.New(TenantId.Parse("acme")).Reveal() };

    private static void Break(GenOpsClientOptions options, string fault)
    {
        switch (fault)
        {
            case "Tenant": options.Tenant = ""; break;
            case "Agent": options.Agent = "Support Bot"; break;
            case "Gateways": options.Gateways = ["nowhere"]; break;
            case "ApiKey": options.ApiKey = "secret"; break;
            case "ApiKeyFile": (options.ApiKey, options.ApiKeyFile) = (null, "/does/not/exist"); break;
            case "either": options.ApiKey = null; break;
            case "ApiKey is a key of the tenant other": options.ApiKey = ApiKey.New(TenantId.Parse("other")).Reveal(); break;
            case "DefaultAttribution.Team": options.DefaultAttribution = new Attribution("", "b", "c"); break;
            case "Ttl": options.Ttl = TimeSpan.FromSeconds(0.5); break;
            case "AttemptTimeout": options.AttemptTimeout = TimeSpan.Zero; break;
            case "GiveUpAfter": options.GiveUpAfter = TimeSpan.FromSeconds(1); break;
            case "RetryDelayMin": options.RetryDelayMin = TimeSpan.Zero; break;
            case "RetryDelayMax": options.RetryDelayMax = TimeSpan.FromMilliseconds(1); break;
            case "RenewAt": options.RenewAt = double.NaN; break;
            case "HoldMax": options.HoldMax = TimeSpan.FromSeconds(1); break;
            case "AbandonAttemptsMax": options.AbandonAttemptsMax = 0; break;
            case "AbandonedMax": options.AbandonedMax = 0; break;
            case "HandshakeTimeout": options.HandshakeTimeout = TimeSpan.Zero; break;
            case "GatewayRefresh": options.GatewayRefresh = TimeSpan.Zero; break;
            case "ApprovalPollMin": options.ApprovalPollMin = TimeSpan.Zero; break;
            case "ApprovalPollMax": options.ApprovalPollMax = TimeSpan.FromMilliseconds(1); break;
            case "AuthorityFeedTimeout": options.AuthorityFeedTimeout = TimeSpan.FromSeconds(3); break;
            case "RevocationRoundDelay": options.RevocationRoundDelay = TimeSpan.Zero; break;
            case "RevocationCallsMax": options.RevocationCallsMax = 0; break;
            case "RevocationIdle": options.RevocationIdle = TimeSpan.FromSeconds(-1); break;
            case "GatewaySilenceMax": options.GatewaySilenceMax = TimeSpan.FromMilliseconds(499); break;
            case "GatewaySpreadDelay": options.GatewaySpreadDelay = TimeSpan.Zero; break;
            case "ClusterId": options.ClusterId = " "; break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }
    }
}
