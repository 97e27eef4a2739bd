using System.IO.Pipelines;

namespace GenOps.ControlPlane.Client;

/// <summary>A transport whose ends are watched.</summary>
internal sealed record WatchedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
