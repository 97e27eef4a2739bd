using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Logs that fail the run if they tell of a defect: an actor or the writer that can't go on.</summary>
internal sealed class SimulatedLog<T>(SimulatedWorld world) : ILogger<T>, ILoggerFactory
{
    private const int CannotFollow = 1102;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Critical || eventId.Id == CannotFollow)
            world.Fail(new SimulationFailedException(formatter(state, exception), exception));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
