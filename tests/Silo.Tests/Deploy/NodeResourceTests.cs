using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What a node says of itself with its telemetry is what its deployment says.</summary>
public sealed class NodeResourceTests
{
    [Fact]
    public void Resource_InstanceNamedByTheEnvironment_IsThatInstance()
    {
        var attributes = Attributes(("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=silo7,deployment.environment=test"));

        Assert.Equal("silo7", attributes["service.instance.id"]);
        Assert.Equal("test", attributes["deployment.environment"]);
        Assert.Equal("genops-control-plane", attributes["service.name"]);
    }

    [Fact]
    public void Resource_NothingNamed_HasAnIdOfItsOwn()
    {
        Assert.True(Guid.TryParse((string)Attributes()["service.instance.id"], out var first));
        Assert.NotEqual(Guid.Empty, first);
    }

    private static Dictionary<string, object> Attributes(params (string Name, string Value)[] environment)
    {
        var builder = NodeHost.CreateBuilder();
        foreach (var (name, value) in environment)
            builder.Configuration[name] = value;
        builder.AddNodeTelemetry();
        using var provider = builder.Services.BuildServiceProvider();
        return provider.GetRequiredService<MeterProvider>().GetResource().Attributes.ToDictionary(one => one.Key, one => one.Value);
    }
}
