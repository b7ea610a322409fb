from ui.percentages import css_percent, share_percent


def test_share_is_a_percentage_of_the_whole():
    assert share_percent(280, 1200) == "23.33%"
    assert share_percent(1300, 1200) == "100.00%"


def test_a_percentage_keeps_two_decimals():
    assert [css_percent(share) for share in (0, 5, 1250, 10_000)] == [
        "0.00%",
        "0.05%",
        "12.50%",
        "100.00%",
    ]
