namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Another node runs on this data directory.</summary>
public sealed class DataDirectoryInUseException(string directory, Exception inner)
    : Exception(
        $"The data directory '{directory}' is in use by another node (it holds {DataDirectoryLock.FileName}: {inner.Message}). " +
        "Stop that node, or give this one a directory of its own with --data.",
        inner)
{
    /// <summary>The directory.</summary>
    public string Directory { get; } = directory;
}
