using System.Diagnostics;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Telemetry;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>The client on a fake control plane and a fake clock, with its exported spans and its log.</summary>
internal sealed class ClientHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TracerProvider _tracing;
    private readonly List<Activity> _exported = [];
    private readonly RecordingLoggerProvider _log = new();

    public ClientHarness(Action<GenOpsClientOptions>? configure = null)
    {
        Transport = new FakeTransport(Clock);
        _tracing = Sdk.CreateTracerProviderBuilder()
            .AddSource(GenOpsSources.Workloads)
            .SetSampler(new AlwaysOnSampler())
            .AddInMemoryExporter(_exported)
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IGovernanceTransport>(Transport);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        services.AddGenOpsClient(options =>
        {
            options.Tenant = "acme";
            options.ApiKey = ApiKey.New(TenantId.Parse("acme")).Reveal();
            options.Agent = "support-bot";
            options.DefaultAttribution = new Attribution("support", "helpdesk", "production", CostCenter: "cc-9");
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IGenOpsClient>();
        Abandoned = _services.GetRequiredService<AbandonedWorkloads>();
        Listener = _services.GetRequiredService<RevocationListener>();
    }

    public static WorkloadDraft Draft { get; } = WorkloadDraft.ForInference("answer ticket", "openai", "gpt-4o", 374, 512);

    public FakeTimeProvider Clock { get; } = new(Decisions.Start);

    public FakeTransport Transport { get; }

    public IGenOpsClient Client { get; }

    public AbandonedWorkloads Abandoned { get; }

    public RevocationListener Listener { get; }

    public IReadOnlyList<Activity> Spans => _exported;

    public Activity Span => Assert.Single(_exported);

    public IEnumerable<RecordedLog> Log(int id) => _log.Records.Where(record => record.Id.Id == id);

    /// <summary>
    /// Lets the clock run until <paramref name="start"/>'s task ends. Off the test's synchronization context, so that
    /// whatever the clock wakes runs on before the clock goes on.
    /// </summary>
    public Task<Exception?> RunAsync(Func<Task> start) => Task.Run(async () =>
    {
        var task = start();
        for (var steps = 0; !task.IsCompleted && steps < 100_000; steps++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await Record.ExceptionAsync(() => task);
    });

    /// <summary>Lets the clock run until <paramref name="start"/>'s task ends; see <see cref="SettleAsync(Func{bool})"/>.</summary>
    public async Task SettleAsync(Func<Task> start)
    {
        var task = start();
        await SettleAsync(() => task.IsCompleted);
        await task;
    }

    /// <summary>
    /// Lets the clock run until <paramref name="condition"/> holds, and so slowly that what works in the background keeps
    /// pace with it.
    /// </summary>
    public Task SettleAsync(Func<bool> condition) => Task.Run(async () =>
    {
        for (var turns = 0; !condition(); turns++)
        {
            Assert.True(turns < 50_000_000, "it does not settle");
            if (turns % 500 == 0)
                Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    });

    /// <summary>Waits for <paramref name="condition"/> while the clock stands still.</summary>
    public Task UntilAsync(Func<bool> condition) => Task.Run(async () =>
    {
        while (!condition())
            await Task.Yield();
    }).WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Moves the clock in small steps, and whatever it wakes along with it.</summary>
    public Task AdvanceAsync(TimeSpan by) => Task.Run(() =>
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromMilliseconds(100))
            Clock.Advance(TimeSpan.FromMilliseconds(100));
    });

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _tracing.Dispose();
    }
}
