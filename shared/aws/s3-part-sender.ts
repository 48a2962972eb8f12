import { createHash } from 'node:crypto';
import type { S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { PartPlace, SentPart, Upload } from '../ports/transfer-target.ts';

/** A part's request as the SDK made and signed it, without its body. */
interface SentRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string> & { authorization?: string };
}

/** Headers that every request has a value of its own for. */
const OWN_HEADERS = ['authorization', 'x-amz-date', 'x-amz-security-token', 'amz-sdk-invocation-id'];
const CHECKSUM = 'x-amz-checksum-crc64nvme';
const PAYLOAD = 'x-amz-content-sha256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** Uploads that were begun and neither completed nor discarded by this process are forgotten at some time. */
const MOST_MODELS = 64;

/**
 * Sends the parts of an upload after the model of one that the SDK has sent: the same place and headers, signed by the SDK's signer for the
 * same region with the client's credentials, over the client's connections. What is left out is the SDK's way from a command to a request and
 * from an answer to a command's output, which costs 1 ms of processor time a part, as much as reading and summing it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export class PartSender {
  private readonly client: S3Client;
  private readonly models = new Map<string, SentRequest>();
  private readonly signers = new Map<string, SignatureV4>();

  constructor(client: S3Client) {
    this.client = client;
  }

  /** Makes the request of a command the model of the upload's other parts, if the SDK succeeds with it. */
  learnFrom(upload: Upload, command: UploadPartCommand): void {
    command.middlewareStack.add(
      (next) => async (args) => {
        const { body: _, ...request } = args.request as SentRequest & { body: unknown };
        const answer = await next(args);
        if (regionOf(request) !== undefined && isSummable(request.headers[PAYLOAD])) {
          if (this.models.size >= MOST_MODELS) this.models.clear();
          this.models.set(upload.id, request);
        }
        return answer;
      },
      { step: 'deserialize', name: 'learnPartRequest' },
    );
  }

  /**
   * Sends a part once. Undefined if there is no model yet, or if anything but success came of it: then the SDK sends the part, which knows when
   * to wait, to try again, to correct its clock, and what each error means; its success is the next model.
   */
  async send(
    upload: Upload,
    { number }: PartPlace,
    bytes: Uint8Array,
    crc64nvme: string,
  ): Promise<SentPart | undefined> {
    const model = this.models.get(upload.id);
    if (!model) return undefined;
    const tag = await this.tagOf(model, number, bytes, crc64nvme).catch(() => undefined);
    if (tag !== undefined) return { number, sizeBytes: bytes.length, crc64nvme, tag };
    this.models.delete(upload.id);
    return undefined;
  }

  forget(upload: Upload): void {
    this.models.delete(upload.id);
  }

  private async tagOf(
    model: SentRequest,
    number: number,
    bytes: Uint8Array,
    crc64nvme: string,
  ): Promise<string | undefined> {
    const { config } = this.client;
    const headers: Record<string, string> = { ...model.headers };
    for (const name of OWN_HEADERS) delete headers[name];
    headers['content-length'] = String(bytes.length);
    headers[CHECKSUM] = crc64nvme;
    if (headers[PAYLOAD] !== UNSIGNED) headers[PAYLOAD] = createHash('sha256').update(bytes).digest('hex');
    const query = { ...model.query, partNumber: String(number) };
    // The offset is what the SDK learnt of the host's clock when S3 refused a request for its time.
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const signed = await this.signerOf(regionOf(model)!).sign({ ...model, headers, query }, { signingDate });
    const { response } = await config.requestHandler.handle({ ...signed, body: bytes } as never);
    for await (const _ of response.body as AsyncIterable<Uint8Array>);
    const { etag, [CHECKSUM]: computed = crc64nvme } = response.headers;
    return response.statusCode === 200 && computed === crc64nvme ? etag : undefined;
  }

  private signerOf(region: string): SignatureV4 {
    let signer = this.signers.get(region);
    if (!signer) {
      const { credentials, sha256 } = this.client.config;
      // S3 alone signs its paths as they are: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
      signer = new SignatureV4({ service: 's3', region, credentials, sha256, uriEscapePath: false });
      this.signers.set(region, signer);
    }
    return signer;
  }
}

/** `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/s3/aws4_request, …`. Undefined for another way of signing: directory buckets, many regions. */
function regionOf({ headers }: SentRequest): string | undefined {
  const [, region] =
    /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/,]+)\/s3\/aws4_request,/.exec(
      headers.authorization ?? '',
    ) ?? [];
  return region;
}

/** A body that is signed apart from its parts in a stream has another form. */
function isSummable(payload: string | undefined): boolean {
  return payload === UNSIGNED || /^[0-9a-f]{64}$/.test(payload ?? '');
}
