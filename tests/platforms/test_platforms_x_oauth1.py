"""Signatures of OAuth 1.0a, held against the examples of RFC 5849 and of X's own documentation."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Secret
from bot.platforms.x.oauth1 import Keys, authorization, base_string, encoded, signature

KEYS = Keys(
    consumer_key=Secret("xvz1evFS4wEEPTGEFPHBog"),
    consumer_secret=Secret("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
    access_token=Secret("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
    access_secret=Secret("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
)


def test_the_example_of_the_rfc() -> None:
    """RFC 5849, section 1.2: a photo that Jane lets somebody print."""
    spoken = [
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ]
    url = "http://photos.example.net/photos?file=vacation.jpg&size=original"
    signed = signature("GET", url, spoken, Secret("kd94hf93k423kf44"), Secret("pfkkdhi9sl3r4s00"))
    assert signed == unquote("MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D")


def test_the_base_string_of_the_rfc() -> None:
    """RFC 5849, section 3.4.1.1: names that repeat, empty values, and characters that are encoded twice."""
    url = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
    spoken = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]
    assert base_string("post", url, spoken) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize(
    ("address", "signed"),
    [
        ("https://api.twitter.com/1/statuses/update.json", "tnnArxj06cWHq44gCs1OSKk/jLY="),
        ("https://api.twitter.com/1.1/statuses/update.json", "hCtSmYh+iHYCEqBWrE7C7hYmtUk="),
    ],
)
def test_the_examples_of_the_platform(address: str, signed: str) -> None:
    """Under “Creating a signature”: a post with a form, as the documentation had it for two versions of the interface."""
    spoken = [
        ("oauth_consumer_key", KEYS.consumer_key.reveal()),
        ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1318622958"),
        ("oauth_token", KEYS.access_token.reveal()),
        ("oauth_version", "1.0"),
        ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
    ]
    url = f"{address}?include_entities=true"
    assert signature("POST", url, spoken, KEYS.consumer_secret, KEYS.access_secret) == signed


def test_the_header_says_everything_but_the_secrets() -> None:
    """Six values and the signature, each encoded, in order."""
    header = authorization("GET", "https://api.x.com/2/users/me", KEYS, timestamp=1, nonce="n")
    assert header.startswith('OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="n", oauth_signature="')
    assert header.count('="') == 7
    assert "kAcSO" not in header
    assert "Lsww" not in header
    assert "***" in repr(KEYS)
    assert "kAcSO" not in repr(KEYS)


@given(st.text(max_size=50))
def test_what_is_encoded_can_be_read_again(text: str) -> None:
    """Only unreserved characters stay as they are."""
    text = text.encode("utf-8", "replace").decode()
    assert unquote(encoded(text)) == text
    assert all(char.isalnum() or char in "-._~%" for char in encoded(text))
