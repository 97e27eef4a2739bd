using System.Diagnostics;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>
/// Asks a budget the moment that the silo takes calls: before the silo's own list of what is due does, which asks every
/// budget after a start.
/// </summary>
internal sealed class FirstCall(IServiceProvider services, string budget) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly TaskCompletionSource<(TimeSpan Elapsed, TimeSpan Processor)> _answered = new();

    /// <summary>How long the answer took, and how much processor time the whole process meanwhile.</summary>
    public Task<(TimeSpan Elapsed, TimeSpan Processor)> Answered => _answered.Task;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(FirstCall), ServiceLifecycleStage.Active, stop =>
    {
        var grain = services.GetRequiredService<IGrainFactory>().GetGrain<IBudgetGrain>(budget);
        _ = AskAsync(grain);
        return Task.CompletedTask;
    });

    private async Task AskAsync(IBudgetGrain grain)
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            var used = Environment.CpuUsage.TotalTime;
            await grain.GetAsync(ScopePath.Root, null, 1);
            _answered.SetResult((Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - used));
        }
        catch (Exception error)
        {
            _answered.SetException(error);
        }
    }
}
