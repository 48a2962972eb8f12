-- How many open contracts run out in each month to come, and for how much?
-- pt: Quantos contratos abertos vencem em cada mês à frente, e de que valor?
-- param business_date night = latest; the night
-- param days whole = 365; how far it looks ahead
WITH portfolio AS (${portfolio at business_date}),
ahead AS (
  SELECT CAST(date_trunc('month', end_date) AS date) AS end_month, value
  FROM portfolio
  WHERE date_diff('day', :business_date, end_date) BETWEEN 1 AND :days AND state <> 'ended'
)
SELECT end_month, count(*) AS contracts, coalesce(sum(value), 0) AS total_value
FROM ahead
GROUP BY end_month
ORDER BY end_month
