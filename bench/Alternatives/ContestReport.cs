using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>This product beside what one would otherwise build.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Postgres">PostgreSQL's version; null if nothing needed it.</param>
/// <param name="Redis">Redis' version; null if it was left out.</param>
/// <param name="Connections">How many connections callers of the procedure shared.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Cells">All cells.</param>
/// <param name="Ratios">What the cells say.</param>
/// <param name="Silo">What the silo's memory went through; null if the client library was left out.</param>
internal sealed record ContestReport(
    Machine Machine, string? Postgres, string? Redis, int Connections, int Rounds, IReadOnlyList<CellFigures> Cells, IReadOnlyList<ContestRatio> Ratios, SiloMemory? Silo);
