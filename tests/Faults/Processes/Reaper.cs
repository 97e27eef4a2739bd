using System.Diagnostics;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Ends what this process started and removes what it made, should this process die before it could: a small shell that
/// is told of everything, and acts when its input ends.
/// </summary>
internal static class Reaper
{
    // Signals of the terminal reach the whole group; this one has to outlive it.
    private const string Script =
        """
        trap '' INT TERM HUP QUIT
        processes=' '; mounts=' '; folders=' '
        without() { case "$1" in *" $2 "*) printf '%s %s' "${1%% $2 *}" "${1#* $2 }";; *) printf '%s' "$1";; esac; }
        while read -r verb what; do
          case "$verb" in
            process) processes="$processes$what ";;
            ended) processes=$(without "$processes" "$what")' ';;
            mount) mounts="$mounts$what ";;
            unmounted) mounts=$(without "$mounts" "$what")' ';;
            folder) folders="$folders$what ";;
            removed) folders=$(without "$folders" "$what")' ';;
          esac
        done
        for process in $processes; do kill -9 "$process" 2>/dev/null; done
        for mount in $mounts; do umount -l "$mount" 2>/dev/null; done
        for attempt in 1 2 3 4 5 6 7 8 9 10; do
          left=0
          for folder in $folders; do rm -rf "$folder" 2>/dev/null || left=1; [ -e "$folder" ] && left=1; done
          [ $left = 0 ] && exit 0
          sleep 0.2
        done
        """;

    private static readonly Lock Gate = new();
    private static Process? _shell;

    /// <summary>A process was started.</summary>
    public static void Started(int process) => Tell($"process {process}");

    /// <summary>A process ended, and its number may be another's now.</summary>
    public static void Ended(int process) => Tell($"ended {process}");

    /// <summary>A folder of this name, without blanks, was made.</summary>
    public static void Made(string folder) => Tell($"folder {folder}");

    /// <summary>A folder is gone.</summary>
    public static void Removed(string folder) => Tell($"removed {folder}");

    /// <summary>A file system was mounted at this path.</summary>
    public static void Mounted(string path) => Tell($"mount {path}");

    /// <summary>It is no longer.</summary>
    public static void Unmounted(string path) => Tell($"unmounted {path}");

    private static void Tell(string line)
    {
        lock (Gate)
        {
            if (_shell is null)
            {
                _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { UseShellExecute = false, RedirectStandardInput = true })
                    ?? throw new HarnessException("/bin/sh did not start");
                _shell.StandardInput.AutoFlush = true;
            }

            _shell.StandardInput.WriteLine(line);
        }
    }
}
