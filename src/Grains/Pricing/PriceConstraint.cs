namespace GenOps.ControlPlane.Pricing;

/// <summary>When a price holds, in UTC: from a date on, or in a time of each day.</summary>
/// <param name="StartDate">The first day, or null.</param>
/// <param name="Window">From inclusive to exclusive as the time since midnight; to before from passes midnight. Or null.</param>
internal readonly record struct PriceConstraint(DateOnly? StartDate, (TimeSpan From, TimeSpan To)? Window)
{
    /// <summary>Whether it holds at an instant.</summary>
    public bool Holds(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        if (StartDate is { } start && DateOnly.FromDateTime(utc) < start)
            return false;
        if (Window is not { } window)
            return true;

        var time = utc.TimeOfDay;
        return window.From <= window.To
            ? window.From <= time && time < window.To
            : window.From <= time || time < window.To;
    }
}
