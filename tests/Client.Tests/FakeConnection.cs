using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>A connection without a network: what it sends goes nowhere, and the test says what comes.</summary>
internal sealed class FakeConnection : ConnectionContext
{
    private readonly Pipe _in = new();
    private readonly Pipe _out = new();

    public FakeConnection() => Transport = new WatchedPipe(_in.Reader, _out.Writer);

    /// <summary>Why it was ended; null while it was not.</summary>
    public string? Aborted { get; private set; }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; } = "fake";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    /// <summary>The client sends a byte.</summary>
    public async Task SendAsync()
    {
        Transport.Output.GetSpan(1)[0] = 1;
        Transport.Output.Advance(1);
        await Transport.Output.FlushAsync();
    }

    /// <summary>A byte comes for the client, and it reads it.</summary>
    public async Task ReceiveAsync()
    {
        await _in.Writer.WriteAsync(new byte[] { 1 });
        Transport.Input.AdvanceTo((await Transport.Input.ReadAsync()).Buffer.End);
    }

    public override void Abort(ConnectionAbortedException abortReason) => Aborted = abortReason.Message;
}
