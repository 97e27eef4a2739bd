using System.Collections.Concurrent;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class CallerTests : IAsyncLifetime
{
    private const string T = "/v1/tenants/acme";

    private readonly RecordedCallers _callers = new();
    private readonly TestNode _node;

    public CallerTests() => _node = new TestNode
    {
        Configure = builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(_callers),
    };

    public async ValueTask InitializeAsync()
    {
        await _node.InitializeAsync();
        await _node.DoAsync("PUT", T, "{}");
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Request_WithAKey_IsForItsHolderInTheGrain()
    {
        var key = await _node.KeyAsync("acme", "operator");
        _callers.Seen.Clear();

        await _node.DoAsync("GET", T, key: key);

        Assert.Equal([$"acme {key.Split('.')[^2]} user:tester"], _callers.Seen);
    }

    [Fact]
    public async Task Requests_OfManyAtOnce_EachIsForItsOwnHolder()
    {
        var keys = new List<string>();
        for (var number = 0; number < 4; number++)
            keys.Add(await _node.KeyAsync("acme", "operator"));
        _callers.Seen.Clear();

        await Task.WhenAll(keys.SelectMany(key => Enumerable.Range(0, 25).Select(_ => _node.DoAsync("GET", T, key: key))));

        Assert.Equal(
            keys.Select(key => ($"acme {key.Split('.')[^2]} user:tester", 25)).Order(),
            _callers.Seen.CountBy(caller => caller).Select(count => (count.Key, count.Value)).Order());
    }

    [Fact]
    public async Task Call_OfTheNodeItself_IsForNobody()
    {
        await _node.DoAsync("GET", T);
        _callers.Seen.Clear();

        await _node.App.Services.GetRequiredService<IGrainFactory>().GetGrain<ITenantGrain>("t/acme").GetAsync();

        Assert.Equal(["nobody"], _callers.Seen);
    }

    private sealed class RecordedCallers : IIncomingGrainCallFilter
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.TargetId.Key.ToString() == "t/acme" && context.MethodName == nameof(ITenantGrain.GetAsync))
                Seen.Enqueue(CallerContext.Current is { } caller ? $"{caller.KeyTenant} {caller.KeyId} {caller.Principal}" : "nobody");
            return context.Invoke();
        }
    }
}
