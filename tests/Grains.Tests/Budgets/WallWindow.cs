namespace GenOps.ControlPlane.Budgets;

/// <summary>From when, and until when exclusively, the model counts; no bounds for ever.</summary>
internal readonly record struct WallWindow(DateTimeOffset? Start, DateTimeOffset? End)
{
    public static WallWindow Endless => default;
}
