namespace GenOps.ControlPlane.Faults;

/// <summary>A folder that goes with this object, and also with the process if that dies first.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private static int _made;

    /// <summary>Makes it.</summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="parent">Where, and thereby on which disk; where the system keeps such folders if absent.</param>
    public TemporaryFolder(string prefix, string? parent = null)
    {
        Path = parent is null
            ? Directory.CreateTempSubdirectory(prefix).FullName
            : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"{prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _made)}")).FullName;
        Reaper.Made(Path);
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Reaper.Removed(Path);
    }
}
