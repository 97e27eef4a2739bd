namespace GenOps.ControlPlane.Budgets;

/// <summary>How a budget cuts time into windows, from one definition of it on.</summary>
/// <param name="At">When it was defined; it takes effect at the end of each window that was running then.</param>
/// <param name="TimeZone">The IANA time zone.</param>
/// <param name="WeekStart">The first day of the week.</param>
/// <param name="FiscalYearStart">The first month of the fiscal year, 1 to 12.</param>
[GenerateSerializer, Immutable, Alias("genops.CalendarChange")]
public sealed record CalendarChange(DateTimeOffset At, string TimeZone, WeekDay WeekStart, int FiscalYearStart);
