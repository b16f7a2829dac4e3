from tests.support.results_page import PAGE, page


def test_the_page_on_results_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page()
