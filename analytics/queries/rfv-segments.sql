-- How many customers, and how much value, are in each segment of recency, frequency and value?
-- pt: Quantos clientes e quanto valor há em cada segmento de recência, frequência e valor?
-- param business_date night = latest; the night
WITH portfolio AS (${portfolio at business_date}),
${include rfv}
SELECT
  segment,
  min(score) AS least_score,
  max(score) AS greatest_score,
  count(*) AS customers,
  sum(contracts) AS contracts,
  sum(total_value) AS total_value
FROM rfv
GROUP BY segment
ORDER BY least_score DESC
