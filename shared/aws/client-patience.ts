/** A host that is there accepts a connection within milliseconds; this leaves time for a packet that is lost, and sent again, three times. */
const CONNECT_MS = 10_000;
/** What we ask for begins to arrive within seconds, and does not pause then: S3 itself sends blanks while a long copy is at work. */
const IDLE_MS = 60_000;

/** Settings of the SDK's handler of requests; those of its agents are handed on. */
interface HandlerSettings {
  connectionTimeout?: number;
  socketTimeout?: number;
  httpAgent?: { maxSockets: number };
  httpsAgent?: { maxSockets: number };
}

/**
 * How long a client of AWS waits. By itself it waits for ever, for a connection and for each byte of an answer: `connectionTimeout` and
 * `socketTimeout` are 0 (NodeHttpHandlerOptions, https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-node-http-handler/).
 * What takes longer is a `TimeoutError`, which the client tries again as often as it may.
 */
export function patient(settings: HandlerSettings = {}): { requestHandler: HandlerSettings } {
  return { requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS, ...settings } };
}
