using CsCheck;

namespace GenOps.ControlPlane.Budgets;

public sealed class CalendarHistoryProperties
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    // From minutes, so that changes meet in one window, to a year; and nothing, for two changes at once.
    private static readonly Gen<TimeSpan> Pauses = Gen.OneOf(
        Gen.Const(TimeSpan.Zero), Gen.Int[0, 120].Select(minutes => TimeSpan.FromMinutes(minutes)),
        Gen.Int[0, 72].Select(hours => TimeSpan.FromHours(hours)), Gen.Long[0, TimeSpan.FromDays(365).Ticks].Select(TimeSpan.FromTicks));

    // Four calendars only, so that changes are often undone.
    private static readonly Gen<CalendarChange[]> Changes =
        Gen.Select(WindowCalendarDraft.Any.Array[4], Gen.Select(Pauses, Gen.Int[0, 3]).Array[2, 8], (drafts, steps) =>
        {
            var at = Begin;
            return steps.Select(step =>
            {
                var draft = drafts[step.Item2];
                return new CalendarChange(at += step.Item1, draft.Zone, draft.WeekStart, draft.FiscalYearStart);
            }).ToArray();
        });

    private static readonly Gen<(CalendarChange[] Changes, BudgetPeriod Period, DateTimeOffset Instant)> Questions =
        from changes in Changes
        from period in WindowCalendarDraft.Periods
        from anchor in Gen.Int[0, changes.Length - 1]
        from pause in Pauses
        from isBefore in Gen.Bool
        select (changes, period, isBefore ? changes[anchor].At - pause : changes[anchor].At + pause);

    [Fact]
    public void Windows_AfterAnyChanges_TileTimeWithoutGapOrOverlap() =>
        Questions.Sample(
            (changes, period, instant) =>
            {
                var history = CalendarHistory.From([.. changes]);

                var window = history.At(period, instant);

                Assert.True(window.Contains(instant), $"{instant:O}: {window}");
                var (start, end) = (window.Start!.Value, window.End!.Value);
                Assert.Equal(end, history.At(period, end).Start);
                Assert.Equal(window, history.At(period, end.AddTicks(-1)));
                Assert.Equal(window, history.At(period, start));
                Assert.Equal(start, history.At(period, start.AddTicks(-1)).End);
            },
            iter: 20_000);

    [Fact]
    public void Windows_AfterAnyChanges_AreThoseOfTheirDefinition() =>
        Questions.Sample(
            (changes, period, instant) =>
                Assert.Equal(Expected(changes, period, instant), CalendarHistory.From([.. changes]).At(period, instant)),
            iter: 20_000);

    [Fact]
    public void Windows_BeforeAChangeTakesEffect_StayAsTheyWere() =>
        Questions.Sample(
            (changes, period, instant) =>
            {
                var before = CalendarHistory.From([.. changes[..^1]]);
                var after = before.Change(changes[^1]);

                var effect = before.At(period, changes[^1].At).End!.Value;
                Assert.Equal(before.At(period, changes[^1].At), after.At(period, changes[^1].At));
                Assert.Equal(effect, after.At(period, effect).Start);
                if (instant < effect)
                    Assert.Equal(before.At(period, instant), after.At(period, instant));
            },
            iter: 20_000);

    [Fact]
    public void Windows_AfterAChangeUndoneInItsWindow_AreAsIfNothingHadHappened() =>
        Gen.Select(Questions, WindowCalendarDraft.Any, Pauses, Gen.Double.Unit).Sample(
            (question, other, pause, fraction) =>
            {
                var (changes, period, instant) = question;
                var before = CalendarHistory.From([.. changes]);
                var at = changes[^1].At + pause;
                var newest = before.Changes[^1];

                var effect = before.At(period, at).End!.Value;

                var undone = at + ((effect - at - TimeSpan.FromTicks(1)) * fraction);
                var after = before
                    .Change(new CalendarChange(at, other.Zone, other.WeekStart, other.FiscalYearStart))
                    .Change(newest with { At = undone });

                Assert.Equal(before.At(period, instant), after.At(period, instant));
                Assert.Equal(before.At(period, effect), after.At(period, effect));
            },
            iter: 20_000);

    [Fact]
    public void From_ChangesOfAnyHistory_IsThatHistory() =>
        Questions.Sample(
            (changes, period, instant) =>
            {
                var history = CalendarHistory.From([.. changes]);

                var again = CalendarHistory.From(history.Changes);

                Assert.Equal(history.Changes, again.Changes);
                Assert.Equal(history.At(period, instant), again.At(period, instant));
            },
            iter: 5_000);

    /// <summary>The definition, word for word: a change takes effect at the end of the window that the history before it has.</summary>
    private static BudgetWindow Expected(ReadOnlySpan<CalendarChange> changes, BudgetPeriod period, DateTimeOffset instant)
    {
        var own = Calendar(changes[^1]).At(period, instant);
        if (changes.Length == 1)
            return own;

        var effect = Expected(changes[..^1], period, changes[^1].At).End!.Value;
        return instant < effect ? Expected(changes[..^1], period, instant) : Clip(own, effect);
    }

    private static BudgetWindow Clip(BudgetWindow window, DateTimeOffset start) =>
        window.Start < start ? window with { Start = start } : window;

    private static WindowCalendar Calendar(CalendarChange change) =>
        new(TimeZoneInfo.FindSystemTimeZoneById(change.TimeZone), change.WeekStart, change.FiscalYearStart);
}
