using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>A small file system in memory that can be filled and emptied. Linux, and the right to mount (root).</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const long PieceBytes = 1 << 20;

    private readonly string _ballast;

    private SmallDisk(string path)
    {
        Path = path;
        _ballast = System.IO.Path.Combine(path, "ballast");
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Why this machine or this user can't have one, to be shown by a skipped test; null if it can be tried.</summary>
    public static string? Unavailable =>
        !OperatingSystem.IsLinux() ? "a small file system is mounted on Linux only"
        : Environment.UserName != "root" ? "only root may mount a small file system"
        : null;

    /// <summary>Mounts one of <paramref name="mebibytes"/> MiB at <paramref name="path"/>, which is made.</summary>
    /// <exception cref="MissingToolException">This user or this container may not mount.</exception>
    public static async Task<SmallDisk> MountAsync(string path, int mebibytes, CancellationToken cancellationToken)
    {
        if (Unavailable is { } reason)
            throw new MissingToolException(reason);

        Directory.CreateDirectory(path);
        try
        {
            await Command.RunAsync("mount",
                ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0700"), "genops-disk", path], cancellationToken);
        }
        catch (HarnessException error)
        {
            throw new MissingToolException($"a small file system can't be mounted here (a container needs the capability SYS_ADMIN): {error.Message}");
        }

        Reaper.Mounted(path);
        return new SmallDisk(path);
    }

    /// <summary>The bytes that are free.</summary>
    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Fills it until <paramref name="leaveBytes"/> are free.</summary>
    public async Task FillAsync(long leaveBytes, CancellationToken cancellationToken)
    {
        var piece = new byte[PieceBytes];
        await using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, 1);
        try
        {
            for (var left = Free - leaveBytes; left > 0; left = Free - leaveBytes)
                await file.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, PieceBytes)), cancellationToken);
        }
        catch (IOException)
        {
            return; // somebody else was faster with the rest: it was full, whatever they have given back since
        }
    }

    /// <summary>Gives back what <see cref="FillAsync"/> took.</summary>
    public void Empty() => File.Delete(_ballast);

    /// <summary>Unmounts it with everything on it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync("umount", ["-l", Path], CancellationToken.None);
        Reaper.Unmounted(Path);
    }
}
