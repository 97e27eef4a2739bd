using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

/// <summary>What a workload costs a budget, in the budget's unit: stated outright, or derived from tokens and prices: the tenant's own, else the price book's.</summary>
/// <param name="prices">The price book.</param>
public sealed class ChargeCalculator(PriceBook prices)
{
    /// <summary>What is to be held for <paramref name="request"/>.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="unit">The budget's unit.</param>
    /// <param name="tenant">The tenant's prices that are in force.</param>
    /// <param name="now">When it is asked.</param>
    /// <exception cref="InvalidRequestException"><c>estimate_required</c>: the request does not say what is needed.</exception>
    public Charge Estimate(WorkloadRequest request, Unit unit, TenantPrices tenant, DateTimeOffset now)
    {
        var estimate = request.Estimate;
        if (estimate?.In(unit) is { } stated)
            return new Charge(stated);
        if (unit == Unit.Requests)
            return new Charge(Quantity.One);
        if (unit != Unit.Tokens && !unit.IsCurrency)
            throw new InvalidRequestException("estimate", $"must state an amount in {unit}, which a budget of this agent counts", "estimate_required");

        if (estimate?.InputTokens is not { } input)
            throw new InvalidRequestException("estimate.inputTokens", $"is required, or an amount in {unit}: a budget of this agent counts {unit}", "estimate_required");
        if (estimate.MaxOutputTokens is not { } output)
            throw new InvalidRequestException("estimate.maxOutputTokens", $"is required, or an amount in {unit}: without a maximum nothing can be held", "estimate_required");

        return unit == Unit.Tokens
            ? new Charge(Quantity.FromUnits(checked(input + output)), IsEstimate: true)
            : Price(request.Provider, request.Model, new TokenUsage(input, output), unit, tenant, now) with { IsEstimate = true };
    }

    /// <summary>
    /// What was consumed; no amount and no tokens if the report does not tell. Prices are those of the reservation.
    /// </summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="report">What the client reported.</param>
    /// <param name="unit">The budget's unit.</param>
    /// <param name="tenant">The tenant's prices that were in force at <paramref name="reservedAt"/>.</param>
    /// <param name="reservedAt">When it was reserved.</param>
    public Charge Actual(WorkloadRequest request, Reconciliation report, Unit unit, TenantPrices tenant, DateTimeOffset reservedAt)
    {
        if (Stated(report.Actual, unit) is { } stated)
            return new Charge(stated);
        if (unit == Unit.Requests)
            return new Charge(Quantity.One);
        if (report.Usage is not { } usage)
            return new Charge(null, PriceFault: $"the report says nothing in {unit}");
        if (unit == Unit.Tokens)
            return new Charge(Quantity.FromUnits(usage.TotalTokens));
        if (!unit.IsCurrency)
            return new Charge(null, PriceFault: $"the report says nothing in {unit}");

        if (report.ResponseModel is { } answered && answered != request.Model)
        {
            var charge = Price(request.Provider, answered, usage, unit, tenant, reservedAt);
            if (charge.Amount is not null)
                return charge;

            return Price(request.Provider, request.Model, usage, unit, tenant, reservedAt) with { PriceFallback = true };
        }

        return Price(request.Provider, request.Model, usage, unit, tenant, reservedAt);
    }

    /// <summary>
    /// What was consumed without a reservation; null if the report says nothing that the budget could count.
    /// </summary>
    /// <param name="report">What the client reported.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="tenant">The tenant's prices that were in force at <paramref name="at"/>.</param>
    /// <param name="at">When it happened.</param>
    /// <exception cref="InvalidRequestException">The report says what was consumed, and nobody can tell what it costs.</exception>
    public Charge? Actual(UsageReport report, BudgetHeader budget, TenantPrices tenant, DateTimeOffset at)
    {
        var charge = Actual(report.AsRequest(), new Reconciliation(report.Usage, Actual: report.Actual), budget.Unit, tenant, at);
        if (charge.Amount is not null)
            return charge;
        if (charge is not { InputTokens: { } input, OutputTokens: { } output })
            return null;

        return budget.DefaultPrice is { } price
            ? charge with { Amount = price.Price(input, output), PriceBook = DefaultPrice.Version, PriceFault = null }
            : throw new InvalidRequestException(report.Model is null ? "model" : "actual", $"says nothing in {budget.Unit}, which a budget of this agent counts: {charge.PriceFault}");
    }

    private static Quantity? Stated(ImmutableArray<Amount>? amounts, Unit unit)
    {
        foreach (var amount in amounts is { IsDefault: false } stated ? stated : [])
        {
            if (amount.Unit == unit)
                return amount.Quantity;
        }

        return null;
    }

    private Charge Price(string? provider, string? model, TokenUsage usage, Unit unit, TenantPrices tenant, DateTimeOffset at)
    {
        var charge = new Charge(null, usage.InputTokens, usage.OutputTokens);
        if (model is null)
            return charge with { PriceFault = "model: nothing is named that could be priced; name the model, or state an amount" };

        return tenant.Quote(prices, provider, model, usage, unit, at) switch
        {
            Priced priced => charge with { Amount = priced.Total, PriceBook = priced.Version, Rate = priced.Rate },
            UnknownModel unknown => charge with
            {
                PriceFault = $"{unknown.Message}; price it with PUT /v1/tenants/{tenant.Tenant}/prices, give the budget a defaultPrice, or state an amount in {unit}",
            },
            Unpriced unpriced => charge with { PriceFault = unpriced.Message },
            _ => throw new InvalidOperationException("the price book gave no answer"),
        };
    }
}
