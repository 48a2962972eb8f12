import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';

/** A token opens a connection for so long; the connection itself stays open for up to 12 hours. */
const TOKEN_SECONDS = 900;

interface CacheLoginOptions {
  /** Name of the serverless cache, in lower case. */
  cacheName: string;
  /** Id of the ElastiCache user, which must be its name too. */
  user: string;
  /** Whose region and credentials sign: those of the function. */
  client: Pick<S3Client, 'config'>;
  now?: () => Date;
}

/**
 * Name and password of a connection to ElastiCache Serverless for who has IAM's right `elasticache:Connect`. The password is a request that is
 * signed and never sent: `GET http://<cache>/?Action=connect&User=<user>&ResourceType=ServerlessCache`, without `http://`
 * (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html).
 */
export function cacheLogin({
  cacheName,
  user,
  client: { config },
  now = () => new Date(),
}: CacheLoginOptions): () => Promise<{ username: string; password: string }> {
  const signer = new SignatureV4({
    service: 'elasticache',
    region: () => config.region(),
    credentials: () => config.credentials(),
    sha256: Sha256,
  });
  return async () => {
    const { query = {} } = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: cacheName,
        path: '/',
        query: { Action: 'connect', User: user, ResourceType: 'ServerlessCache' },
        headers: { host: cacheName },
      },
      { expiresIn: TOKEN_SECONDS, signingDate: now() },
    );
    const words = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value))}`);
    return { username: user, password: `${cacheName}/?${words.join('&')}` };
  };
}

/** As the signature was computed over it: also `!'()*` are escaped. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** SHA-256, or with a secret its HMAC, in the form that the signer wants. */
class Sha256 {
  private readonly secret: string | Uint8Array | undefined;
  private hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret);
    this.hash = this.begun();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.begun();
  }

  private begun(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
