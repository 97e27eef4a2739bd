using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

public sealed class ServiceLevelRulesTests
{
    private static readonly WorkloadRequest Request = new(
        AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"), new Attribution("support", "helpdesk", "production"));

    [Theory]
    [InlineData("gold", 1)]
    [InlineData("gold", 86_400_000)]
    public void Require_ATierAndATarget_IsTaken(string tier, long targetMs)
    {
        WorkloadRequestRules.Require(Request with { Sla = new ServiceLevel(tier, targetMs) });
        WorkloadRequestRules.Require(Request with { Sla = null });
    }

    [Theory]
    [InlineData(null, 2000, "sla.tier")]
    [InlineData("", 2000, "sla.tier")]
    [InlineData("  ", 2000, "sla.tier")]
    [InlineData("go\u0000ld", 2000, "sla.tier")]
    [InlineData("gold", 0, "sla.latencyTargetMs")]
    [InlineData("gold", -1, "sla.latencyTargetMs")]
    [InlineData("gold", 86_400_001, "sla.latencyTargetMs")]
    public void Require_PartOfAServiceLevel_IsRefusedAtItsField(string? tier, long targetMs, string field)
    {
        var refused = Assert.Throws<InvalidRequestException>(
            () => WorkloadRequestRules.Require(Request with { Sla = new ServiceLevel(tier!, targetMs) }));

        Assert.Equal(field, refused.Field);
    }

    [Fact]
    public void Require_ATierOf257Bytes_IsRefused()
    {
        WorkloadRequestRules.Require(Request with { Sla = new ServiceLevel(new string('a', 256), 1) });

        var refused = Assert.Throws<InvalidRequestException>(
            () => WorkloadRequestRules.Require(Request with { Sla = new ServiceLevel(new string('a', 257), 1) }));

        Assert.Equal("sla.tier", refused.Field);
    }

    [Fact]
    public void Require_ANegativeLatency_IsRefused()
    {
        WorkloadRequestRules.Require(new Reconciliation(LatencyMs: 0));

        var refused = Assert.Throws<InvalidRequestException>(() => WorkloadRequestRules.Require(new Reconciliation(LatencyMs: -1)));

        Assert.Equal("latencyMs", refused.Field);
    }
}
