using Xunit.Sdk;
using Xunit.v3;

// Spans are read from one process-wide source.
[assembly: Parallelization(Mode = ParallelMode.None)]
