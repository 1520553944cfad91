"""The contestants' names, by which their figures are found."""

OURS = "chunk-service"
SYNCED = "chunk-service, fsync"
HASHED = "chunk-service, SHA-256"
TUSD_TUNED = "tusd, tuned"
TUSD = "tusd"
TUS_NODE = "tus-node-server"
OLD_WAY = "the old way"
BOTO3 = "boto3, no relay"
PEERS = (TUSD_TUNED, TUSD, TUS_NODE, OLD_WAY)
