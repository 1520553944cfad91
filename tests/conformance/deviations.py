"""Where the stores that we test on are not S3: strict, so that a store that learns is noticed."""

from collections.abc import Mapping

DEVIATIONS: Mapping[str, Mapping[str, str]] = {
    "double": {},
    "moto": {
        "test_a_checksum_is_told_when_asked_for": "keeps no checksum of single objects",
        "test_a_completed_upload_is_gone": "500 for an unknown upload",
        "test_a_part_listed_twice_is_refused": "takes it once",
        "test_a_part_with_another_algorithm_is_refused": "ignores checksums",
        "test_a_part_with_another_crc32_is_refused": "ignores checksums",
        "test_a_part_with_another_crc64_is_refused": "ignores checksums",
        "test_a_part_with_another_md5_is_refused": "ignores Content-MD5",
        "test_a_put_with_another_crc32_is_refused": "ignores checksums",
        "test_a_put_with_another_crc64_is_refused": "ignores checksums",
        "test_a_put_with_another_md5_is_refused": "ignores Content-MD5",
        "test_a_put_with_no_md5_in_its_header_is_refused": "ignores Content-MD5",
        "test_a_range_of_a_source_that_changed_is_not_copied": "ignores If-Match of a source",
        "test_a_range_of_a_source_that_is_gone_is_not_copied": "404 without NoSuchKey",
        "test_a_source_that_changed_is_not_copied": "ignores If-Match of a source",
        "test_an_aborted_upload_is_gone": "500 for an unknown upload",
        "test_an_unknown_access_key_is_refused": "takes any credentials",
        "test_an_unknown_upload_takes_no_part": "500 for an unknown upload",
        "test_an_upload_belongs_to_its_key": "does not look at the key",
        "test_another_checksum_of_a_part_is_refused": "ignores checksums",
        "test_another_checksum_of_the_whole_is_refused": "ignores checksums",
        "test_another_size_of_the_whole_is_refused": "ignores MpuObjectSize",
        "test_composite_checksums_need_those_of_the_parts": "ignores checksums",
        "test_crc64_exists_only_of_the_full_object": "takes any pair",
        "test_descending_parts_are_refused": "takes any order",
        "test_listed_parts_carry_their_checksums": "lists parts without checksums",
        "test_numbers_with_gaps_fail_where_there_are_checksums": "takes any numbers",
        "test_open_uploads_are_listed_by_pages": "gives all at once",
        "test_sha256_exists_only_as_composite": "takes any pair",
    },
    "seaweedfs": {
        "test_a_checksum_is_told_when_asked_for": "does not tell the checksum's type",
        "test_a_part_listed_twice_is_refused": "takes it once",
        "test_a_part_number_beyond_the_last_is_refused": "InvalidPart instead",
        "test_a_part_sent_again_replaces_the_first": "lists both",
        "test_a_put_with_no_md5_in_its_header_is_refused": "BadDigest instead",
        "test_an_unknown_upload_cannot_be_aborted": "204 for ever",
        "test_another_checksum_of_a_part_is_refused": "BadDigest instead",
        "test_another_size_of_the_whole_is_refused": "ignores MpuObjectSize",
        "test_listed_parts_carry_their_checksums": "lists parts without checksums",
        "test_no_parts_are_refused": "NoSuchUpload instead",
        "test_numbers_with_gaps_fail_where_there_are_checksums": "takes any numbers",
    },
}

# What goes wrong only now and then cannot be strict.
RACES: Mapping[str, Mapping[str, str]] = {
    "seaweedfs": {"test_one_of_many_guarded_completions_creates": "sometimes two of them win"},
}
