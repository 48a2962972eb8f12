customers AS (
  SELECT
    customer,
    min(contract) AS contract,
    max(start_date) AS last_start,
    count(*) AS contracts,
    coalesce(sum(value), 0) AS total_value,
    max(own_score) AS own_score
  FROM portfolio
  WHERE customer IS NOT NULL AND state <> 'ended'
  GROUP BY customer
),
scored AS (
  SELECT
    customer,
    contract,
    contracts,
    total_value,
    own_score,
    CASE
      WHEN last_start IS NULL THEN 1
      WHEN date_diff('day', last_start, :business_date) <= 30 THEN 5
      WHEN date_diff('day', last_start, :business_date) <= 90 THEN 4
      WHEN date_diff('day', last_start, :business_date) <= 180 THEN 3
      WHEN date_diff('day', last_start, :business_date) <= 365 THEN 2
      ELSE 1
    END AS r,
    CASE WHEN contracts >= 4 THEN 4 ELSE contracts END AS f,
    ntile(4) OVER (ORDER BY total_value, customer) AS v
  FROM customers
),
rfv AS (
  SELECT
    customer,
    contract,
    contracts,
    total_value,
    r,
    f,
    v,
    r + f AS score,
    coalesce(own_score, CAST(r + f AS double)) AS relationship_score,
    CASE
      WHEN r + f >= 8 THEN 'champions'
      WHEN r + f >= 6 THEN 'potential'
      WHEN r + f >= 4 THEN 'developing'
      ELSE 'inactive'
    END AS segment
  FROM scored
)
