from sightlines.schema import short_digest


def test_short_digest_equals_what_sha256sum_and_base32_give():
    # printf '2:ab1:c' | sha256sum | cut -c1-20 | xxd -r -p | base32 | tr A-Z a-z
    assert short_digest("ab", "c") == "imh3dnfmimyw5sub"
    assert short_digest("") == "xj3iwmy73bwozab3"
    assert short_digest("éé") == "f27ynoihouqk7ylk"


def test_short_digest_differs_when_the_same_letters_are_parted_otherwise():
    assert len({short_digest("ab", "c"), short_digest("a", "bc"), short_digest("abc")}) == 3


def test_short_digest_has_80_bits():
    assert len(short_digest("x")) * 5 == 80
