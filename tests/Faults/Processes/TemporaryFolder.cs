namespace GenOps.ControlPlane.Faults;

/// <summary>A folder that goes with this object, and also with the process if that dies first.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes it; its name begins with <paramref name="prefix"/>.</summary>
    public TemporaryFolder(string prefix)
    {
        Path = Directory.CreateTempSubdirectory(prefix).FullName;
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
