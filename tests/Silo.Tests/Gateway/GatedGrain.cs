using GenOps.ControlPlane.Access;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatedGrain : Grain, IGatedGrain
{
    public async Task<string> DecideAsync()
    {
        var inner = await GrainFactory.GetGrain<IGatedGrain>("inner/" + this.GetPrimaryKeyString()).InnerAsync();
        return $"{this.GetPrimaryKeyString()}; {inner}; trace {RequestContext.Get("traceparent") ?? "none"}; other {RequestContext.Get("other") ?? "none"}";
    }

    public async Task<string> CallerAsync()
    {
        var own = await InnerCallerAsync();
        return $"{own}; inner {await GrainFactory.GetGrain<IGatedGrain>("inner/" + this.GetPrimaryKeyString()).InnerCallerAsync()}";
    }

    public Task<string> InnerCallerAsync() => Task.FromResult(
        CallerContext.Current is { } caller ? $"{caller.KeyTenant} {caller.KeyId} {caller.Principal}" : "nobody");

    public Task<int> ReadEvidenceAsync() => Task.FromResult(1);

    public Task<string> InnerAsync() => Task.FromResult($"stamp {RequestContext.Get("genops.caller") ?? "none"}");
}
