-- Which share of the contracts that ran out between two nights did the customer renew with the same product?
-- pt: Que parcela dos contratos vencidos entre duas noites o cliente renovou com o mesmo produto?
-- param business_date night = latest; the later night
-- param earlier_date night = business_date - 30; the earlier night
-- param grace whole = 30; days between the old end and the new start, at most
WITH earlier AS (${portfolio at earlier_date}),
later AS (${portfolio at business_date}),
${include renewed}
SELECT
  product,
  count(*) AS ended,
  sum(is_renewed) AS renewed,
  coalesce(sum(value), 0) AS ended_value,
  coalesce(sum(CASE WHEN is_renewed = 1 THEN value END), 0) AS renewed_value,
  CAST(sum(is_renewed) AS double) / CAST(count(*) AS double) AS renewal_rate
FROM judged
GROUP BY product
ORDER BY product NULLS LAST
