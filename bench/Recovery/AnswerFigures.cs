using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>The first call of an actor in a new process. Times in milliseconds.</summary>
/// <param name="Elapsed">From the call to its answer.</param>
/// <param name="Processor">The processor time that the process took meanwhile, on all cores: less shaken by what else the machine does.</param>
internal sealed record AnswerFigures(Spread Elapsed, Spread Processor);
