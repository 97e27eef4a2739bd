namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Keeps a second process out of a data directory while this object lives. The operating system lets go of it when the
/// process ends, however it ends; the file itself stays, because deleting it would let two processes in.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    /// <summary>The file in the data directory.</summary>
    public const string FileName = "genops.lock";

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="directory">The data directory; it exists.</param>
    /// <exception cref="DataDirectoryInUseException">Another process, or another node of this one, has it.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return new DataDirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new DataDirectoryInUseException(directory, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
