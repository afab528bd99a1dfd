from constructs_lib.monitoring.alarm_names import alarm_name


def test_a_name_says_endpoint_variant_subject_and_severity():
    assert alarm_name("churn", "Champion", "cpu", "warning") == "churn-Champion-cpu-warning"


def test_what_says_nothing_is_left_out():
    assert alarm_name("churn", "AllTraffic", "rollback", "errors") == "churn-rollback-errors"
    assert alarm_name("churn", "", "backlog", "page") == "churn-backlog-page"
