-- Which customers are in a segment of recency, frequency and value? Masked, with a contract of each.
-- pt: Que clientes estão em um segmento de recência, frequência e valor? Mascarados, com um contrato de cada um.
-- param business_date night = latest; the night
-- param segment text = champions; champions, potential, developing or inactive
-- param most whole = 100; how many at most
WITH portfolio AS (${portfolio at business_date}),
${include rfv}
SELECT
  concat('***', substr(customer, greatest(length(customer) - 1, 1))) AS customer,
  contract,
  contracts,
  total_value,
  r,
  f,
  v,
  score,
  segment
FROM rfv
WHERE segment = :segment
ORDER BY score DESC, total_value DESC, contract
LIMIT :most
