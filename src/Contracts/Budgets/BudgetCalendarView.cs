using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a reader of a budget's entries needs to put them into windows.</summary>
/// <param name="Unit">The budget's unit.</param>
/// <param name="Changes">Its calendars, oldest first.</param>
/// <param name="Head">The number of the newest durable entry of its stream.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetCalendarView")]
public sealed record BudgetCalendarView(Unit Unit, ImmutableArray<CalendarChange> Changes, long Head);
