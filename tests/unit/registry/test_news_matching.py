"""Which act on record a flag seems to be about: its number decides, else measure, mineral and day."""

from __future__ import annotations

import pytest

from registry.domain.news import acts
from registry.domain.news.matching import OnRecord, Told, suggest


def act(
    key: int, *names: str, measure: str = "export_ban", mineral: str = "nickel", day: str = "2020-01-01"
) -> OnRecord:
    return OnRecord(key, names, frozenset({measure}), frozenset({mineral}), (day,))


def told(title: str, summary: str = "", measure: str = "export_ban", effective: str = "") -> Told:
    return Told(title, summary, measure, frozenset({"nickel"}), effective)


@pytest.mark.parametrize(
    ("news", "number"),
    [
        ("Parliament amends UU 3/2020", "UU 3/2020"),
        ("Undang-Undang Nomor 3 Tahun 2020 diubah", "UU 3/2020"),
        ("Revisi Permen 7 Tahun 2020 terbit", "Permen ESDM 7/2020"),
        ("Peraturan Menteri Energi dan Sumber Daya Mineral Nomor 7 Tahun 2020 dicabut", "Permen 7 Tahun 2020"),
        ("Hanoi replaces Decree 11/2024/ND-CP", "Nghị định 11/2024/NĐ-CP"),
        ("Court upholds Republic Act 7942", "RA 7942 of 1995"),
        ("Executive Order No. 130, s. 2021 is withdrawn", "EO 130 (2021)"),
    ],
)
def test_an_act_named_by_its_number_is_suggested_first(news: str, number: str):
    near = act(1, "Another act, No. 5 of 2021", day="2021-05-01")
    far = act(2, number, measure="royalty", mineral="tin", day="1999")
    found = suggest(told(news, effective="2021-05-01"), [near, far])
    assert [(one.key, one.by_number) for one in found] == [(2, True), (1, False)]
    assert "number" in found[0].why


@pytest.mark.parametrize(
    ("news", "number"),
    [
        ("PP 3/2020 is amended", "UU 3/2020"),
        ("UU 3/2021 is amended", "UU 3/2020"),
        ("UU 30/2020 is amended", "UU 3/2020"),
        ("Decree 11/2024/ND-CP is amended", "Circular 12/2024/TT-BCT"),
        ("Law No. 3 is amended", "UU 3/2020"),
        ("Quota of 3 million tonnes for 2020", "UU 3/2020"),
    ],
)
def test_another_act_is_not_taken_for_the_one_on_record(news: str, number: str):
    assert not any(one.by_number for one in suggest(told(news), [act(1, number)]))


def test_without_a_number_measure_mineral_and_day_decide_in_that_order():
    records = [
        act(1, measure="royalty", mineral="nickel", day="2027-05-01"),
        act(2, measure="export_ban", mineral="tin", day="2027-05-01"),
        act(3, measure="export_ban", mineral="nickel", day="2024"),
        act(4, measure="export_ban", mineral="nickel", day="2027-05"),
        act(5, measure="royalty", mineral="tin", day="2027-05-01"),
    ]
    found = suggest(told("Indonesia extends nickel ban", effective="2027-05-20"), records)
    assert [one.key for one in found] == [4, 3, 2, 1]
    assert found[0].why == "the same measure, mineral and day"


def test_the_year_of_a_buddhist_calendar_is_converted_in_an_acts_name():
    (found,) = acts.named("ประกาศกระทรวงพาณิชย์ ฉบับที่ 12 พ.ศ. 2570")
    assert str(found) == "12/2027"
