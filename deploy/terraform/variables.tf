variable "bucket" {
  description = "The bucket's name: S3_BUCKET_NAME of the service."
  type        = string
}

variable "name" {
  description = "The name of the role and of its policy."
  type        = string
  default     = "chunk-service"
}

variable "assume_role_policy" {
  description = "Who may take the role, as a JSON document: by default EC2; for Kubernetes its OIDC provider."
  type        = string
  default     = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Service": "ec2.amazonaws.com" },
          "Action": "sts:AssumeRole"
        }
      ]
    }
  JSON
}

variable "cors_origins" {
  description = "Origins of the pages that send to and fetch from the bucket by presigned links: CORS_ORIGINS of the service."
  type        = list(string)
  default     = []
}

# UPLOAD_MAX_AGE is 6 days by default, and the service refuses to start where this is not longer.
variable "abort_multiparts_after_days" {
  description = "After how many days the bucket aborts multipart uploads that nobody completed; longer than UPLOAD_MAX_AGE."
  type        = number
  default     = 7

  validation {
    condition     = var.abort_multiparts_after_days >= 2
    error_message = "Leave uploads at least two days, and UPLOAD_MAX_AGE less than this."
  }
}
