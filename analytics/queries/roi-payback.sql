-- Do the contracts that began in a time earn what it cost to win them, and after how many months?
-- pt: Os contratos iniciados em um período pagam o que custou conquistá-los, e depois de quantos meses?
-- param business_date night = latest; the night
-- param first_date date = business_date - 30; contracts that began since then
-- param cost number = 100; of winning one contract, in the currency
-- param margin_percent number = 1.5; margin a month, as a percentage of the value
-- param months whole = 12; the time that is looked at
WITH portfolio AS (${portfolio at business_date}),
won AS (
  SELECT
    product,
    count(*) AS contracts,
    CAST(count(*) AS double) * :cost AS invested,
    CAST(coalesce(sum(value), 0) AS double) * :margin_percent / 100 AS margin_a_month
  FROM portfolio
  WHERE start_date >= :first_date AND start_date <= :business_date AND state <> 'ended'
  GROUP BY product
)
SELECT
  product,
  contracts,
  invested,
  margin_a_month,
  CASE WHEN invested > 0 THEN (margin_a_month * :months - invested) / invested END AS roi,
  CASE WHEN margin_a_month > 0 THEN invested / margin_a_month END AS payback_months
FROM won
ORDER BY product NULLS LAST
