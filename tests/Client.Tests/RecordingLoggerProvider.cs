using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>Keeps every log record.</summary>
internal sealed class RecordingLoggerProvider : ILoggerProvider
{
    public ConcurrentQueue<RecordedLog> Records { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Recorder(Records);

    public void Dispose()
    {
    }

    private sealed class Recorder(ConcurrentQueue<RecordedLog> records) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            records.Enqueue(new RecordedLog(logLevel, eventId, formatter(state, exception), exception));
    }
}
