using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>One log record.</summary>
internal sealed record RecordedLog(LogLevel Level, EventId Id, string Message, Exception? Exception);
