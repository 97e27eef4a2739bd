using System.IO.Pipelines;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>A transport made of two ends.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
