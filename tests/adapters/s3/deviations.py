"""Where the stores of the tests are not S3: strict, so that a store that learns is noticed.

`MpuObjectSize`, which both ignore, and paging are tested on a scripted store instead.
"""

DEVIATIONS = {
    "moto": {
        "test_a_part_with_another_checksum_is_refused": "believes any checksum",
        "test_an_object_with_another_checksum_is_refused": "believes any checksum",
        "test_a_whole_with_another_checksum_is_refused": "believes any checksum",
        "test_listed_parts_carry_their_checksums": "lists parts without checksums",
        "test_a_part_for_a_gone_upload_is_told_so": "500 for an unknown upload",
        "test_a_completion_of_a_gone_upload_is_told_so": "500 for an unknown upload",
        "test_wrong_credentials_call_the_operator_and_are_not_shown": "takes any credentials",
    },
    "seaweedfs": {
        "test_listed_parts_carry_their_checksums": "lists parts without checksums",
    },
}
