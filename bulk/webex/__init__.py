"""The only package that speaks HTTP: client, transport, retry policy, the meaning of answers, the
rate limiter, and reads that several adapters share.

Others use `Api` and `Token` (client), `Directory` (directory), `read_people` (people), `needed`
(members), `calling_licenses` (licenses) and `Pace` (ratelimit).
"""
