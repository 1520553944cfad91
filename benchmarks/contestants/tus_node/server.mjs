// tus-node-server on S3, as its README sets it up; the address of the store comes by environment.
import { S3Store } from "@tus/s3-store";
import { Server } from "@tus/server";

const datastore = new S3Store({
  partSize: 8 * 1024 * 1024,
  s3ClientConfig: {
    bucket: process.env.S3_BUCKET_NAME,
    endpoint: process.env.S3_ENDPOINT_URL,
    region: process.env.AWS_REGION,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    },
  },
});
new Server({ path: "/files", datastore }).listen({ host: "127.0.0.1", port: +process.env.PORT });
