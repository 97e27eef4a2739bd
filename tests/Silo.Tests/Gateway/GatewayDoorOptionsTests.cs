using GenOps.ControlPlane.Silo.Gateway;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatewayDoorOptionsTests
{
    [Fact]
    public void Options_Defaults_AreValid() => Assert.True(new GatewayDoorOptionsValidator().Validate(null, new()).Succeeded);

    [Fact]
    public void Options_OutOfRange_NameTheRange() =>
        Assert.Equal(
            ["GatewayDoorOptions.HandshakesMax is 0; set it to 1 to 65536"],
            new GatewayDoorOptionsValidator().Validate(null, new() { HandshakesMax = 0 }).Failures);

    [Theory]
    [InlineData("genops.caller")]
    [InlineData("genops.credential")]
    public void Options_OwnKeyAmongTheClientsKeys_IsRefused(string key)
    {
        var options = new GatewayDoorOptions();
        options.RequestContextKeys.Add(key);
        Assert.Equal(
            [$"GatewayDoorOptions.RequestContextKeys: remove '{key}', which is the gateway's own"],
            new GatewayDoorOptionsValidator().Validate(null, options).Failures);
    }
}
