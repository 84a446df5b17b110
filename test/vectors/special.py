"""Golden values of the special functions, by mpmath at 60 digits. Run: python3 test/vectors/special.py > src/evidence/special.vectors.json"""

import json
from mpmath import mp, mpf, log, exp, loggamma, log1p, ncdf, findroot, sqrt

mp.dps = 60

def normal_quantile(p):
    """The root of ln Phi(z) = ln p, on the lower side, where nothing cancels."""
    if p > mpf(1) / 2:
        return -normal_quantile(1 - p)
    if p == mpf(1) / 2:
        return mpf(0)
    return findroot(lambda z: log(ncdf(z)) - log(p), -sqrt(-2 * log(2 * p)) if p > mpf("1e-5") else -sqrt(-2 * log(p)) + mpf(1) / 3)


gamma_at = ["1e-8", "0.001", "0.1", "0.5", "0.9", "1", "1.0000001", "1.5", "1.9999999", "2", "2.5", "3", "7.7", "9.999", "10", "10.001", "25", "171", "1000.5", "1e6", "1e9", "1e12"]
beta_at = [("0.5", "0.5"), ("1e-3", "2"), ("5", "7"), ("0.5", "1e6"), ("5", "45"), ("9.9", "10.1"), ("10", "10"), ("100", "900"), ("25.5", "12000"), ("1e6", "1e6"), ("3", "1e12"), ("1e12", "1e12")]
inc_at = [("0.28", "2", "3"), ("0.5", "1e6", "1e6"), ("0.01", "0.5", "0.5"), ("0.01", "10.5", "1000.5"), ("0.001", "3", "7"), ("0.9", "200", "10"), ("0.5", "1", "1"), ("0.02", "100", "1000"), ("1e-6", "5", "2"), ("0.99", "5", "2"), ("0.0105", "10000", "1000000"), ("0.3", "0.1", "30"), ("0.999", "900", "2")]
normal_at = ["1e-300", "1e-50", "1e-16", "1e-10", "0.0001", "0.025", "0.05", "0.0749", "0.0751", "0.3", "0.5", "0.7", "0.9249", "0.9251", "0.975", "0.999", "0.9999999"]


def number(value):
    return float(value)


def beta_incomplete(x, a, b):
    """I(x; a, b) by the power series DLMF 8.17.7-8, which has positive terms only; the upper tail by symmetry."""
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_incomplete(1 - x, b, a)
    term, total, n = mpf(1), mpf(1), 0
    while term > total * mpf(10) ** -58:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return exp(a * log(x) + b * log1p(-x) - (loggamma(a) + loggamma(b) - loggamma(a + b))) / a * total


print(json.dumps({
    "origin": "mpmath 1.3, 60 digits (test/vectors/special.py)",
    "lnGamma": [[number(mpf(x)), number(loggamma(mpf(number(mpf(x)))))] for x in gamma_at],
    "lnBeta": [[number(a), number(b), number(loggamma(mpf(float(a))) + loggamma(mpf(float(b))) - loggamma(mpf(float(a)) + mpf(float(b))))] for a, b in beta_at],
    "lnBetaIncomplete": [[float(x), float(a), float(b), number(log(beta_incomplete(mpf(float(x)), mpf(float(a)), mpf(float(b)))))] for x, a, b in inc_at],
    "normalQuantile": [[float(p), number(normal_quantile(mpf(float(p))))] for p in normal_at],
}, indent=1))
