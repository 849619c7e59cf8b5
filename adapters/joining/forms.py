"""When are two names, addresses or ids the same? Written in one form, by which they are compared."""

import polars as pl

FEW_DIGITS = "^[0-9]{1,6}$"
"""A number that a system may have come to by counting from 1, so that another one has it as well."""

_LEGAL = (
    "inc|incorporated|llc|llp|lp|ltd|limited|plc|corp|corporation|co|company|gmbh|mbh|ag|kg|kgaa|ohg|ug|se|eg|"
    "sa|sas|sarl|sl|slu|srl|spa|bv|nv|oy|oyj|ab|as|asa|aps|pty|pte|kk|holding|holdings|group"
)
"""Legal forms, which one system writes and the other leaves out."""

_SHARED = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
    "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "mail.com",
    "protonmail.com", "proton.me", "qq.com", "163.com", "126.com", "hotmail.co.uk", "hotmail.fr", "yahoo.co.uk",
    "yahoo.co.jp", "yahoo.fr", "yahoo.de", "outlook.de", "freenet.de", "orange.fr", "wanadoo.fr", "free.fr",
    "libero.it", "comcast.net", "verizon.net", "att.net", "btinternet.com", "mail.ru", "yandex.ru", "naver.com",
    "facebook.com", "linkedin.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "linktr.ee",
    "sites.google.com",
)  # fmt: skip
"""Hosts of everybody's mail and pages, which say nothing of whose account it is."""


def bare_name(name: pl.Expr) -> pl.Expr:
    """The name in small letters without accents, signs, and the legal forms at its end; null for an empty one."""
    plain = name.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("ß", "ss")
    words = plain.str.replace_all(r"[.']", "").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    bare = words.str.replace(rf"^(.+?)(?: (?:{_LEGAL}|and|und|et))+$", "${1}")
    return pl.when(bare != "").then(bare)


def domain(text: pl.Expr) -> pl.Expr:
    """The host of a web or mail address in small letters, without `www.`; null where it is none or everybody's."""
    host = text.str.strip_chars().str.to_lowercase().str.replace(r"^[a-z][a-z0-9+.-]*://", "")
    host = host.str.replace(r"^[^/?#]*@", "").str.replace(r"[/?#:].*$", "").str.replace(r"^www\d?\.", "")
    is_host = host.str.contains(r"^[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.\p{L}{2,}$")
    return pl.when(is_host & ~host.is_in(_SHARED)).then(host)


def short_id(text: pl.Expr) -> pl.Expr:
    """The id; of one with 18 letters and digits, as Salesforce writes them, the first 15, which are all of it."""
    return pl.when(text.str.contains(r"^[A-Za-z0-9]{15}[A-Z0-5]{3}$")).then(text.str.slice(0, 15)).otherwise(text)
