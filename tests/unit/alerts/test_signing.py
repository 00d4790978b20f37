"""Signatures of webhooks: by the spec's own words, and as a receiver checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from alerts.domain.signing import new_secret, signature


def test_a_signature_is_an_hmac_over_id_time_and_body() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    # the sample of the Standard Webhooks libraries
    assert (
        signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        assert 24 <= len(key) <= 64
        signed = hmac.new(key, b"m.1.x", hashlib.sha256).digest()
        assert signature(secret, "m", 1, b"x") == f"v1,{base64.b64encode(signed).decode()}"
