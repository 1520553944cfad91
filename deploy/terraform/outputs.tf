output "bucket" {
  description = "For S3_BUCKET_NAME."
  value       = aws_s3_bucket.uploads.id
}

output "role_arn" {
  description = "The role that the service runs as."
  value       = aws_iam_role.service.arn
}

output "policy_arn" {
  description = "The rights alone, for a user with keys instead of a role."
  value       = aws_iam_policy.service.arn
}
