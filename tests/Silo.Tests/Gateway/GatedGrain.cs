using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatedGrain : Grain, IGatedGrain
{
    public async Task<string> DecideAsync()
    {
        var inner = await GrainFactory.GetGrain<IGatedGrain>("inner/" + this.GetPrimaryKeyString()).InnerAsync();
        return $"{this.GetPrimaryKeyString()}; {inner}; trace {RequestContext.Get("traceparent") ?? "none"}; other {RequestContext.Get("other") ?? "none"}";
    }

    public Task<int> ReadEvidenceAsync() => Task.FromResult(1);

    public Task<string> InnerAsync() => Task.FromResult($"stamp {RequestContext.Get("genops.caller") ?? "none"}");
}
