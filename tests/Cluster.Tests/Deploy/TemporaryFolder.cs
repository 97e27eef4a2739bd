namespace GenOps.ControlPlane.Cluster.Tests.Deploy;

/// <summary>A folder that is removed, with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("genops-backup-").FullName;

    /// <summary>The names of what is in it.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(_path).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal);

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(_path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}
