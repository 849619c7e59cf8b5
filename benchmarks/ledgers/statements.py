"""The workload as statements of SQL, in parts of which `in_duckdb` makes its two forms.

An account is `a`, its text id or a hash of it; a month `m` is counted from July 2023, what was before is month -1; a
quarter is `q`; product and currency are one number, `kind`. Money is in ten-thousandths of a euro, in each quarter at
the rates of its first day. Levels (`before` and `after` a quarter) are below nothing where credits are larger than what
is paid: the book opens and closes with nothing then, sums add them as they are.
"""

INPUTS = """
CREATE VIEW contracts AS SELECT * FROM {read}('{folder}/contracts-*.{kind}'{lines});
CREATE VIEW invoices AS SELECT * FROM {read}('{folder}/invoices-*.{kind}'{bills});
CREATE TABLE owners AS
SELECT account_id, {key} AS a, manager_id, coalesce(starts_on, DATE '0001-01-01') AS starts_on,
  coalesce(ends_on, DATE '9999-12-31') AS ends_on
FROM {read}('{folder}/ownership.{kind}'{spans});
CREATE TABLE accounts AS SELECT account_id, {key} AS a FROM {read}('{folder}/accounts.{kind}'{ids});
CREATE MACRO currency_number(c) AS CASE c WHEN 'EUR' THEN 0 WHEN 'USD' THEN 1 WHEN 'GBP' THEN 2 WHEN 'CHF' THEN 3 END;
CREATE MACRO product_number(p) AS
  CASE p WHEN 'Entry Plan' THEN 0 WHEN 'Standard Plan' THEN 1 WHEN 'Premium Plan' THEN 2 ELSE 3 END;
CREATE TABLE rates AS
SELECT currency, currency_number(currency) AS c, q, CAST(arg_max(rate, dated_on) * 1000000 AS BIGINT) AS rate
FROM {read}('{folder}/rates.{kind}'{rates}), range(12) AS t(q)
WHERE dated_on <= DATE '2023-07-01' + to_months(CAST(3 * q AS INTEGER)) GROUP BY currency, q
UNION ALL SELECT 'EUR', 0, q, 1000000 FROM range(12) AS t(q);
CREATE MACRO half_even(a, b) AS {rounding};
CREATE MACRO month_of(d) AS
  CASE WHEN d < DATE '2023-07-01' THEN -1 ELSE year(d) * 12 + month(d) - 24283 END;
CREATE MACRO first_of(m) AS CAST(DATE '2023-07-01' + to_months(m) AS DATE);
CREATE MACRO tier_of(entry, standard, premium) AS
  CAST(CASE WHEN premium THEN 2 WHEN standard THEN 1 WHEN entry THEN 0 END AS TINYINT);
"""
TYPED = {
    "lines": """, header = true, columns = {'line_id': 'VARCHAR', 'account_id': 'VARCHAR', 'product': 'VARCHAR',
  'quantity': 'BIGINT', 'amount': 'DECIMAL(12, 2)', 'currency': 'VARCHAR', 'every': 'VARCHAR', 'starts_on': 'DATE',
  'ends_on': 'DATE'}""",
    "bills": """, header = true, columns = {'line_id': 'VARCHAR', 'account_id': 'VARCHAR', 'dated_on': 'DATE',
  'amount': 'DECIMAL(12, 2)', 'currency': 'VARCHAR', 'kind': 'VARCHAR'}""",
    "spans": """, header = true, columns = {'account_id': 'VARCHAR', 'manager_id': 'VARCHAR', 'starts_on': 'DATE',
  'ends_on': 'DATE'}""",
    "ids": ", header = true, columns = {'account_id': 'VARCHAR'}",
    "rates": ", header = true, columns = {'currency': 'VARCHAR', 'dated_on': 'DATE', 'rate': 'DECIMAL(18, 6)'}",
}
"""What DuckDB is told of CSV files, so that it need not guess."""
IN_WHOLE_NUMBERS = """a // b + CASE WHEN 2 * abs(a % b) > b OR (2 * abs(a % b) = b AND (a // b) % 2 <> 0)
  THEN CAST(sign(a) AS BIGINT) ELSE 0 END"""
BY_CAST = "CAST(a / b AS BIGINT)"
"""A double holds the quotient closely enough up to 450,000 EUR a month; the comparison would show where it does not."""

FACTS = """
CREATE TABLE all_facts AS WITH lines AS NOT MATERIALIZED (
  SELECT {key} AS a, month_of(starts_on) AS begins, month_of(ends_on) AS stops,
    product_number(product) * 4 + currency_number(currency) AS kind,
    half_even(CAST(amount * 10000 AS BIGINT), CASE every WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END) AS each
  FROM contracts WHERE ends_on IS NULL OR ends_on > starts_on
), {sides}
SELECT a, m, kind, each, CAST(sum(n) AS INTEGER) AS n
FROM sides WHERE m < 36 AND each <> 0 GROUP BY ALL;
"""
TWO_SCANS = """sides AS (
  SELECT a, begins AS m, kind, each, 1 AS n FROM lines
  UNION ALL SELECT a, stops, kind, each, -1 FROM lines WHERE stops IS NOT NULL
)"""
ONE_SCAN = """sides AS (
  SELECT a, unnest([begins, stops]) AS m, kind, each, unnest([1, -1]) AS n FROM lines
)"""
LEVELS = """
CREATE TABLE ends AS WITH running AS (
  SELECT a, kind, each, m, CAST(sum(n) OVER w AS BIGINT) AS n, lead(m, 1, 36) OVER w AS until
  FROM all_facts WHERE n <> 0 WINDOW w AS (PARTITION BY a, kind, each ORDER BY m)
), at_ends AS (
  SELECT a, kind // 4 AS product, kind % 4 AS c, each, n, unnest(range((m + 3) // 3, until // 3 + 1)) AS q
  FROM running WHERE n <> 0
), worth AS (
  SELECT a, at_ends.q, product, each > 0 AS is_up, n * half_even(each * opens.rate, 1000000) AS opening,
    n * half_even(each * closes.rate, 1000000) AS closing
  FROM at_ends LEFT JOIN rates opens USING (c, q)
  LEFT JOIN rates closes ON closes.c = at_ends.c AND closes.q = at_ends.q - 1
)
SELECT a, q, CAST(sum(opening) AS BIGINT) AS opening, CAST(sum(closing) AS BIGINT) AS closing,
  tier_of(bool_or(is_up AND product = 0), bool_or(is_up AND product = 1),
    bool_or(is_up AND product = 2)) AS tier
FROM worth GROUP BY a, q;
CREATE TABLE quarters AS
SELECT a, q, sum(opening) AS before, sum(closing) AS after, any_value(tier_before) AS tier_before,
  any_value(tier_after) AS tier_after
FROM (
  SELECT a, q, opening, 0 AS closing, tier AS tier_before, NULL AS tier_after FROM ends WHERE q < 12
  UNION ALL SELECT a, q - 1, 0, closing, NULL, tier FROM ends WHERE q > 0
) GROUP BY a, q;
"""
MOVES = """
CREATE TABLE moves AS WITH changes AS (
  SELECT a, m, CAST(sum(n * half_even(each * rate, 1000000)) AS BIGINT) AS change
  FROM all_facts JOIN rates ON rates.c = kind % 4 AND rates.q = m // 3
  WHERE n <> 0 AND m >= 0 GROUP BY a, m HAVING change <> 0
), states AS (
  SELECT changes.a, m, change,
    CAST(coalesce(opening, 0) + sum(change) OVER (PARTITION BY changes.a, m // 3 ORDER BY m) AS BIGINT) AS level
  FROM changes LEFT JOIN ends ON ends.a = changes.a AND ends.q = m // 3
), firsts AS (
  SELECT a, min(m) AS first
  FROM (SELECT a, m FROM states WHERE level > 0 UNION ALL SELECT a, -1 FROM ends WHERE q = 0 AND opening > 0) GROUP BY a
)
SELECT a, m, abs(change) AS amount,
  CASE WHEN level - change <= 0 AND level > 0 THEN CASE WHEN first < m THEN 'reactivation' ELSE 'new' END
    WHEN level - change > 0 AND level <= 0 THEN 'churn' WHEN change > 0 THEN 'expansion' ELSE 'contraction' END AS kind
FROM states LEFT JOIN firsts USING (a);
"""
BILLS = """
CREATE VIEW bills AS SELECT {key} AS a, dated_on, kind <> 'credit' AS is_order,
  half_even(CAST(amount * 10000 AS BIGINT) * rate, 1000000) AS eur
FROM invoices JOIN rates ON rates.currency = invoices.currency AND rates.q = month_of(dated_on) // 3;
"""
BITS = """
CREATE TABLE by_month AS SELECT a, year(dated_on) * 12 + month(dated_on) - 24283 AS m, CAST(sum(eur) AS BIGINT) AS eur,
  CAST(coalesce(sum(eur) FILTER (is_order AND eur > 0), 0) AS BIGINT) AS ordered,
  bit_or(CASE WHEN is_order AND eur > 0 THEN 1::BIGINT << day(dated_on) ELSE 0 END) AS days
FROM bills GROUP BY a, m;
CREATE TABLE revenue AS SELECT a, m // 3 AS q, CAST(sum(eur) AS BIGINT) AS revenue
FROM by_month WHERE m BETWEEN 0 AND 35 GROUP BY a, q;
CREATE TABLE orders AS SELECT a, min(first_of(m) + CAST(log2(days & -days) AS INTEGER) - 1) AS first_on,
  max(first_of(m) + CAST(floor(log2(days)) AS INTEGER) - 1) AS last_on, CAST(sum(bit_count(days)) AS BIGINT) AS orders,
  CAST(sum(ordered) AS BIGINT) AS total
FROM by_month WHERE days <> 0 GROUP BY a;
"""
DAYS = """
CREATE TABLE revenue AS SELECT a, month_of(dated_on) // 3 AS q, CAST(sum(eur) AS BIGINT) AS revenue
FROM bills WHERE dated_on BETWEEN DATE '2023-07-01' AND DATE '2026-06-30' GROUP BY a, q;
CREATE TABLE orders AS
SELECT a, min(dated_on) AS first_on, max(dated_on) AS last_on, count(DISTINCT dated_on) AS orders,
  CAST(sum(eur) AS BIGINT) AS total
FROM bills WHERE is_order AND eur > 0 GROUP BY a;
"""
BOOK = """
CREATE TABLE book AS WITH figures AS (
  SELECT a, q, coalesce(before, 0) AS before, coalesce(after, 0) AS after, coalesce(revenue, 0) AS revenue,
    tier_before, tier_after, first_of(3 * q) AS quarter, first_of(3 * q + 3) - 1 AS last
  FROM quarters FULL JOIN revenue USING (a, q)
)
SELECT f.*, greatest(before, 0) AS opening, greatest(after, 0) AS closing,
  coalesce(manager_id, 'unassigned') AS manager_id
FROM figures f LEFT JOIN owners o ON o.a = f.a AND o.starts_on <= last AND o.ends_on > last
WHERE before <> 0 OR after <> 0 OR revenue <> 0;
CREATE TABLE sums AS WITH parts AS (
  SELECT manager_id, quarter, CAST(opening > 0 OR closing > 0 AS BIGINT) AS accounts, 0 AS opening, after AS closing,
    least(opening, closing) AS retained, revenue, greatest(steps, 0) AS ups, greatest(-steps, 0) AS downs,
    NULL AS kind, 0 AS amount
  FROM (SELECT *, CASE WHEN opening > 0 AND closing > 0 THEN tier_after - tier_before END AS steps FROM book)
  UNION ALL SELECT o.manager_id, quarter, 0, before, 0, 0, 0, 0, 0, NULL, 0
  FROM book b LEFT JOIN owners o ON o.a = b.a AND o.starts_on <= quarter - 1 AND o.ends_on > quarter - 1
  WHERE before <> 0
  UNION ALL SELECT manager_id, first_of(m - m % 3), 0, 0, 0, 0, 0, 0, 0, kind, amount
  FROM (SELECT *, first_of(m + 1) - 1 AS last FROM moves) v
  LEFT JOIN owners o ON o.a = v.a AND o.starts_on <= last AND o.ends_on > last
)
SELECT coalesce(manager_id, 'unassigned') AS manager_id, quarter, {sums}
FROM parts GROUP BY ALL;
"""
OUTPUTS = """
COPY (
  SELECT account_id, quarter, opening, closing, least(opening, closing) AS retained, revenue, tier_before, tier_after,
    manager_id
  FROM book JOIN accounts USING (a) WHERE opening <> 0 OR closing <> 0 OR revenue <> 0 ORDER BY quarter, account_id
) TO '{out}/book.parquet' (FORMAT parquet);
COPY (SELECT * FROM sums ORDER BY quarter, manager_id) TO '{out}/sums.parquet' (FORMAT parquet);
COPY (SELECT account_id, orders.* EXCLUDE (a) FROM orders JOIN accounts USING (a) ORDER BY account_id)
TO '{out}/orders.parquet' (FORMAT parquet);
COPY (
  SELECT account_id, first_of(m) AS month, kind, amount FROM moves JOIN accounts USING (a) ORDER BY month, account_id
) TO '{out}/movements.parquet' (FORMAT parquet);
"""
FIGURES = ("accounts", "opening", "closing", "retained", "revenue", "ups", "downs")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
