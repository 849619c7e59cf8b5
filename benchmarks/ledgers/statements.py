"""The workload as statements of SQL, in parts of which `in_duckdb` makes its two forms.

An account is `a`, its text id or a hash of it; a month `m` is counted from July 2023, what was before is month -1; a
quarter is `q`. Money is in ten-thousandths of a euro. Levels (`before` and `after` a quarter) are below nothing where
credits are larger than what is paid: the book opens and closes with nothing then, sums add them as they are.
"""

INPUTS = """
CREATE VIEW contracts AS SELECT * FROM {read}('{folder}/contracts-*.{kind}'{lines});
CREATE VIEW invoices AS SELECT * FROM {read}('{folder}/invoices-*.{kind}'{bills});
CREATE TABLE owners AS
SELECT account_id, {key} AS a, manager_id, coalesce(starts_on, DATE '0001-01-01') AS starts_on,
  coalesce(ends_on, DATE '9999-12-31') AS ends_on
FROM {read}('{folder}/ownership.{kind}'{spans});
CREATE TABLE accounts AS SELECT account_id, {key} AS a FROM {read}('{folder}/accounts.{kind}'{ids});
CREATE TABLE rates AS
SELECT currency, CAST(arg_max(rate, dated_on) * 1000000 AS BIGINT) AS rate
FROM {read}('{folder}/rates.{kind}'{rates}) WHERE dated_on <= DATE '2026-04-01' GROUP BY currency
UNION ALL SELECT 'EUR', 1000000;
CREATE MACRO half_even(a, b) AS {rounding};
CREATE MACRO month_of(d) AS
  CASE WHEN d < DATE '2023-07-01' THEN -1 ELSE year(d) * 12 + month(d) - 24283 END;
CREATE MACRO first_of(m) AS CAST(DATE '2023-07-01' + to_months(m) AS DATE);
CREATE MACRO tier_of(entry, standard, premium) AS
  CAST(CASE WHEN premium > 0 THEN 2 WHEN standard > 0 THEN 1 WHEN entry > 0 THEN 0 END AS TINYINT);
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

EVENTS = """
CREATE TABLE all_events AS WITH lines AS NOT MATERIALIZED (
  SELECT {key} AS a, month_of(starts_on) AS begins, month_of(ends_on) AS stops, product,
    CASE every WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END AS months,
    half_even(half_even(CAST(amount * 10000 AS BIGINT), months) * rate, 1000000) AS eur
  FROM contracts JOIN rates USING (currency) WHERE ends_on IS NULL OR ends_on > starts_on
), {sides}
SELECT a, m, CAST(sum(eur) AS BIGINT) AS change, bool_or(is_up AND is_start) AS starts,
  CAST(coalesce(sum(eur) FILTER (is_up AND product = 'Entry Plan'), 0) AS BIGINT) AS entry,
  CAST(coalesce(sum(eur) FILTER (is_up AND product = 'Standard Plan'), 0) AS BIGINT) AS standard,
  CAST(coalesce(sum(eur) FILTER (is_up AND product = 'Premium Plan'), 0) AS BIGINT) AS premium
FROM sides WHERE m < 36 GROUP BY a, m;
CREATE TABLE firsts AS SELECT a, min(m) AS first FROM all_events WHERE starts GROUP BY a;
"""
TWO_SCANS = """sides AS (
  SELECT a, begins AS m, product, eur, eur > 0 AS is_up, true AS is_start FROM lines
  UNION ALL SELECT a, stops, product, -eur, eur > 0, false FROM lines WHERE stops IS NOT NULL
)"""
ONE_SCAN = """sides AS (
  SELECT a, unnest([begins, stops]) AS m, product, unnest([eur, -eur]) AS eur, eur > 0 AS is_up,
    unnest([true, false]) AS is_start FROM lines
)"""
RANGES = """
CREATE TABLE states AS
SELECT a, m, change, CAST(sum(change) OVER w AS BIGINT) AS level, lead(m, 1, 36) OVER w AS until,
  tier_of(sum(entry) OVER w, sum(standard) OVER w, sum(premium) OVER w) AS tier
FROM all_events WHERE change <> 0 OR entry <> 0 OR standard <> 0 OR premium <> 0
WINDOW w AS (PARTITION BY a ORDER BY m);
CREATE TABLE quarters AS
SELECT a, q, coalesce(lag(after) OVER w, 0) AS before, after, lag(tier) OVER w AS tier_before, tier AS tier_after
FROM (
  SELECT a, level AS after, tier, unnest(range((m + 3) // 3 - 1, (until + 3) // 3 - 1)) AS q FROM states
)
WINDOW w AS (PARTITION BY a ORDER BY q) QUALIFY q >= 0;
"""
GRID = """
CREATE TABLE states AS SELECT a, m, change, CAST(sum(change) OVER (PARTITION BY a ORDER BY m) AS BIGINT) AS level
FROM all_events;
CREATE TABLE quarters AS WITH grid AS (SELECT a, q FROM (SELECT DISTINCT a FROM all_events), range(-1, 12) AS t(q)),
changes AS (
  SELECT a, (m + 3) // 3 - 1 AS q, sum(change) AS change, sum(entry) AS entry, sum(standard) AS standard,
    sum(premium) AS premium
  FROM all_events GROUP BY ALL
), levels AS (
  SELECT a, q, CAST(coalesce(sum(change) OVER w, 0) AS BIGINT) AS after,
    tier_of(sum(entry) OVER w, sum(standard) OVER w, sum(premium) OVER w) AS tier
  FROM grid LEFT JOIN changes USING (a, q) WINDOW w AS (PARTITION BY a ORDER BY q)
)
SELECT a, q, lag(after) OVER w AS before, after, lag(tier) OVER w AS tier_before, tier AS tier_after
FROM levels WINDOW w AS (PARTITION BY a ORDER BY q) QUALIFY q >= 0;
"""
MOVES = """
CREATE TABLE moves AS SELECT a, m, abs(change) AS amount,
  CASE WHEN level - change <= 0 AND level > 0 THEN CASE WHEN first < m THEN 'reactivation' ELSE 'new' END
    WHEN level - change > 0 AND level <= 0 THEN 'churn' WHEN change > 0 THEN 'expansion' ELSE 'contraction' END AS kind
FROM states LEFT JOIN firsts USING (a) WHERE change <> 0 AND m >= 0;
"""
BILLS = """
CREATE VIEW bills AS SELECT {key} AS a, dated_on, kind <> 'credit' AS is_order,
  half_even(CAST(amount * 10000 AS BIGINT) * rate, 1000000) AS eur FROM invoices JOIN rates USING (currency);
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
WHERE before <> 0 OR after <> 0 OR revenue <> 0 OR tier_before <> tier_after;
CREATE TABLE sums AS WITH parts AS (
  SELECT manager_id, quarter, CAST(opening > 0 OR closing > 0 AS BIGINT) AS accounts, 0 AS opening, after AS closing,
    least(opening, closing) AS retained, revenue, greatest(tier_after - tier_before, 0) AS ups,
    greatest(tier_before - tier_after, 0) AS downs, NULL AS kind, 0 AS amount
  FROM book
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
