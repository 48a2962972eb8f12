-- How many contracts are there, and for how much, by product, on one business date?
-- Form: one day. It is the same whether a night is a full snapshot or only what is new, since it reads one night.
--       A date that is not published gives no rows; contracts-by-product-snapshot.sql then reads the last one before it.
SELECT
  tipo_produto,
  count(*) AS contract_count,
  sum(valor_contrato) AS total_value
FROM contracts
WHERE year = substr('${business_date}', 1, 4)
  AND month = substr('${business_date}', 6, 2)
  AND day = substr('${business_date}', 9, 2)
GROUP BY tipo_produto
ORDER BY total_value DESC NULLS LAST, tipo_produto NULLS LAST
