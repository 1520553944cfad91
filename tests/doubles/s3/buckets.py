"""CreateBucket, HeadBucket, DeleteBucket, and the bucket's lifecycle rules, kept as they came."""

from tests.doubles.http import Answer
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Bucket, Holdings
from tests.doubles.s3.requests import Request


def create_bucket(holdings: Holdings, request: Request) -> Answer:
    name = request.address.bucket
    if name in holdings.buckets:
        raise S3Error("BucketAlreadyOwnedByYou", "You already own this bucket.")
    holdings.buckets[name] = Bucket()
    return Answer(200, {"Location": f"/{name}"})


def head_bucket(holdings: Holdings, request: Request) -> Answer:
    holdings.bucket(request.address.bucket)
    return Answer(200)


def delete_bucket(holdings: Holdings, request: Request) -> Answer:
    bucket = holdings.bucket(request.address.bucket)
    if bucket.objects or bucket.multiparts:
        raise S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty")
    del holdings.buckets[request.address.bucket]
    return Answer(204)


def put_lifecycle(holdings: Holdings, request: Request) -> Answer:
    holdings.bucket(request.address.bucket).lifecycle = request.text
    return Answer(200)


def get_lifecycle(holdings: Holdings, request: Request) -> Answer:
    rules = holdings.bucket(request.address.bucket).lifecycle
    if rules is None:
        raise S3Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
    return Answer(200, {"Content-Type": "application/xml"}, rules)
