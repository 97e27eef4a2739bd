using System.Globalization;
using System.Text;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>The cells as a chart: pairs per second by callers, a panel for each number of budgets, both axes logarithmic.</summary>
internal static class ContestChart
{
    private const double PanelWidth = 300;
    private const double PanelHeight = 300;
    private const double Left = 70;
    private const double Top = 56;
    private const double Between = 40;
    private const double Labels = 180;
    private const double Bottom = 60;
    private const double LineHeight = 15;

    // Distinguishable by people who see few colours, on white and on black (Okabe and Ito's palette).
    private static readonly string[] Colours = ["#0072b2", "#56b4e9", "#d55e00", "#009e73", "#999999"];

    /// <summary>Draws it.</summary>
    public static string Draw(IReadOnlyList<CellFigures> cells)
    {
        string[] names = [.. cells.Select(cell => cell.Alternative).Distinct()];
        int[] budgets = [.. cells.Select(cell => cell.Budgets).Distinct()], callers = [.. cells.Select(cell => cell.Callers).Distinct()];
        var low = Math.Pow(10, Math.Floor(Math.Log10(cells.Min(cell => cell.PairsPerSecond.Least))));
        var high = Math.Pow(10, Math.Ceiling(Math.Log10(cells.Max(cell => cell.PairsPerSecond.Most))));
        var (width, height) = (Left + budgets.Length * (PanelWidth + Between) + Labels, Top + PanelHeight + Bottom);
        var svg = new StringBuilder();
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="12" role="img">""");
        Line($"<title>Reservations with their reconciliations in a second, by callers: {string.Join(", ", names)}</title>");
        Line($"<style>text {{ fill: #222 }} .grid {{ stroke: #ddd }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} .grid {{ stroke: #444 }} }}</style>");
        Line($"""<text x="{Left}" y="20" font-size="14">Reserve and reconcile, pairs a second (medians; bars from the lowest to the highest round)</text>""");
        for (var panel = 0; panel < budgets.Length; panel++)
            Panel(panel);
        Line($"</svg>");
        return svg.ToString();

        void Panel(int panel)
        {
            var left = Left + panel * (PanelWidth + Between);
            Line($"""<text x="{left}" y="{Top - 12}">{(budgets[panel] == 1 ? "one budget that all want" : $"{budgets[panel]} budgets")}</text>""");
            for (var tick = low; tick <= high; tick *= 10)
            {
                Line($"""<line class="grid" x1="{left}" x2="{left + PanelWidth}" y1="{Y(tick)}" y2="{Y(tick)}"/>""");
                if (panel == 0)
                    Line($"""<text x="{left - 8}" y="{Y(tick) + 4}" text-anchor="end">{tick.ToString("#,0", CultureInfo.InvariantCulture)}</text>""");
            }

            foreach (var count in callers)
                Line($"""<text x="{X(count)}" y="{Top + PanelHeight + 20}" text-anchor="middle">{count}</text>""");
            Line($"""<text x="{left + PanelWidth / 2}" y="{Top + PanelHeight + 42}" text-anchor="middle">callers at once</text>""");
            for (var name = 0; name < names.Length; name++)
                Curve(name);
            if (panel == budgets.Length - 1)
                NameLines();

            double X(int count) => callers.Length == 1
                ? left + PanelWidth / 2
                : left + 20 + (PanelWidth - 40) * Math.Log(count / (double)callers[0]) / Math.Log(callers[^1] / (double)callers[0]);

            void Curve(int name)
            {
                CellFigures[] own = [.. cells.Where(cell => cell.Alternative == names[name] && cell.Budgets == budgets[panel])];
                Line($"""<polyline fill="none" stroke="{Colours[name]}" stroke-width="2" points="{string.Join(' ', own.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{X(cell.Callers):0.#},{Y(cell.PairsPerSecond.Median):0.#}")))}"/>""");
                foreach (var cell in own)
                {
                    Line($"""<line stroke="{Colours[name]}" x1="{X(cell.Callers)}" x2="{X(cell.Callers)}" y1="{Y(cell.PairsPerSecond.Least)}" y2="{Y(cell.PairsPerSecond.Most)}"/>""");
                    Line($"""<circle fill="{Colours[name]}" r="3" cx="{X(cell.Callers)}" cy="{Y(cell.PairsPerSecond.Median)}"/>""");
                }
            }

            // Beside where each ends, and none on top of another.
            void NameLines()
            {
                var free = double.NegativeInfinity;
                foreach (var (name, y) in names.Select((_, name) => (name, Y(cells.Last(cell => cell.Alternative == names[name]).PairsPerSecond.Median))).OrderBy(name => name.Item2))
                {
                    free = Math.Max(free + LineHeight, y + 4);
                    Line($"""<text x="{left + PanelWidth}" y="{free}" style="fill: {Colours[name]}">{names[name]}</text>""");
                }
            }
        }

        double Y(double value) => Top + PanelHeight * (1 - Math.Log(value / low) / Math.Log(high / low));

        void Line(FormattableString text) => svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{Rounded(text)}"));
    }

    // Tenths of a pixel are enough.
    private static string Rounded(FormattableString text) => string.Format(
        CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(value => value is double number ? Math.Round(number, 1) : value)]);
}
