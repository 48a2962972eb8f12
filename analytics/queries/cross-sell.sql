-- Who has one product and not another, and is worth a call? Customers are masked; a contract of each finds them.
-- pt: Quem tem um produto e não tem outro? Clientes mascarados; um contrato de cada um permite encontrá-los.
-- param business_date night = latest; the night
-- param has text = CREDITO PESSOAL; the product that they have
-- param lacks text = CARTAO; the product that they do not have
-- param most whole = 100; how many at most
WITH portfolio AS (${portfolio at business_date}),
customers AS (
  SELECT
    customer,
    min(CASE WHEN product = :has THEN contract END) AS contract,
    count(*) AS contracts,
    count(DISTINCT product) AS products,
    coalesce(sum(value), 0) AS total_value,
    sum(CASE WHEN product = :has THEN 1 ELSE 0 END) AS having_it,
    sum(CASE WHEN product = :lacks THEN 1 ELSE 0 END) AS having_the_other,
    sum(CASE WHEN state = 'arrears' THEN 1 ELSE 0 END) AS in_arrears
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended'
  GROUP BY customer
)
SELECT
  concat('***', substr(customer, greatest(length(customer) - 1, 1))) AS customer,
  contract,
  contracts,
  products,
  total_value
FROM customers
WHERE having_it > 0 AND having_the_other = 0 AND in_arrears = 0
ORDER BY total_value DESC, contract
LIMIT :most
