namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>The last lines that a process wrote, to be shown if it fails.</summary>
internal sealed class RecentLines
{
    /// <summary>How many lines are kept.</summary>
    public const int LinesMax = 60;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new(LinesMax);

    /// <summary>Takes a line; null, which ends a stream, is passed over.</summary>
    public void Add(string? line)
    {
        if (line is null)
            return;

        lock (_gate)
        {
            if (_lines.Count == LinesMax)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    /// <summary>The lines, indented.</summary>
    public override string ToString()
    {
        lock (_gate)
            return _lines.Count == 0 ? "  (it wrote nothing)" : string.Join(Environment.NewLine, _lines.Select(line => $"  {line}"));
    }
}
